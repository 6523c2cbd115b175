import type { SeededRandom } from '../base/random.ts';

/** What the talks of a track are about: subjects as they stand within a sentence, and what is to be avoided. */
export interface Topic {
  track: string;
  /** Dark enough for white text on it: a contrast of at least 4.5 to 1. */
  color: string;
  subjects: readonly string[];
  pains: readonly string[];
}

export const TOPICS: readonly Topic[] = [
  {
    track: 'Cloud and Infrastructure',
    color: '#1f5fa8',
    subjects: [
      'multi-region failover',
      'self-hosted runners',
      'immutable servers',
      'declarative networking',
      'container image signing',
      'capacity planning',
      'edge caching',
      'storage tiering',
      'zero-downtime upgrades',
      'infrastructure as code',
      'service discovery',
      'bare-metal provisioning',
    ],
    pains: ['surprise invoices', 'configuration drift', 'a single point of failure', 'weekend maintenance'],
  },
  {
    track: 'Data Engineering',
    color: '#6a3fb5',
    subjects: [
      'event sourcing',
      'schema evolution',
      'columnar formats',
      'streaming joins',
      'data contracts',
      'incremental views',
      'time series at scale',
      'geospatial indexes',
      'change data capture',
      'reproducible pipelines',
      'open data portals',
      'data lineage',
    ],
    pains: ['silent data loss', 'nightly batch jobs', 'duplicate records', 'stale dashboards'],
  },
  {
    track: 'Security and Privacy',
    color: '#a2191f',
    subjects: [
      'threat modelling',
      'passkeys',
      'memory-safe parsers',
      'supply chain attestation',
      'secrets rotation',
      'post-quantum key exchange',
      'privacy by design',
      'end-to-end encryption',
      'coordinated disclosure',
      'sandboxing',
      'fuzzing in continuous integration',
      'incident response',
    ],
    pains: ['alert fatigue', 'shared passwords', 'security theatre', 'unpatched dependencies'],
  },
  {
    track: 'Web Platform',
    color: '#8a4b08',
    subjects: [
      'offline-first applications',
      'web components',
      'view transitions',
      'container queries',
      'server-rendered interfaces',
      'progressive enhancement',
      'browser storage',
      'design tokens',
      'internationalised forms',
      'WebAssembly modules',
      'image delivery',
      'end-to-end tests',
    ],
    pains: ['layout shifts', 'megabytes of scripts', 'broken back buttons', 'flaky tests'],
  },
  {
    track: 'Machine Learning in Practice',
    color: '#9f1853',
    subjects: [
      'small language models',
      'speech recognition for dialects',
      'model evaluation',
      'federated learning',
      'retrieval pipelines',
      'image classification on microcontrollers',
      'forecasting with little data',
      'annotation tools',
      'model cards',
      'recommendations without tracking',
      'anomaly detection',
      'explainable rankings',
    ],
    pains: ['benchmark chasing', 'hidden bias', 'runaway computing costs', 'black boxes'],
  },
  {
    track: 'Open Hardware and Sensors',
    color: '#0e6027',
    subjects: [
      'LoRa sensor networks',
      'open firmware',
      'repairable devices',
      'RISC-V boards',
      'air quality monitors',
      'printed circuit boards in the classroom',
      'battery management',
      'software-defined radio',
      'smart meters',
      'robot arms',
      'satellite ground stations',
      'e-paper signage',
    ],
    pains: ['planned obsolescence', 'closed protocols', 'flat batteries', 'counterfeit parts'],
  },
  {
    track: 'Community and Governance',
    color: '#005d5d',
    subjects: [
      'maintainer succession',
      'inclusive events',
      'mentoring programmes',
      'public procurement',
      'funding for open source',
      'codes of conduct',
      'open standards',
      'volunteer coordination',
      'transparent roadmaps',
      'translation communities',
      'foundation bylaws',
      'digital commons',
    ],
    pains: ['burnout', 'endless meetings', 'lone maintainers', 'vendor lock-in'],
  },
  {
    track: 'Developer Experience',
    color: '#2d3f8c',
    subjects: [
      'code review',
      'monorepos',
      'fast feedback loops',
      'type-checked configuration',
      'documentation as code',
      'local development environments',
      'error messages',
      'pair programming',
      'release automation',
      'feature flags',
      'build caches',
      'refactoring large codebases',
    ],
    pains: ['slow builds', 'merge conflicts', 'tribal knowledge', 'stale documentation'],
  },
  {
    track: 'Design and Accessibility',
    color: '#7a2e8e',
    subjects: [
      'keyboard navigation',
      'plain language',
      'colour systems',
      'screen reader testing',
      'research with users',
      'accessible charts',
      'captions and transcripts',
      'motion and rest',
      'typography for many scripts',
      'error prevention',
      'service design',
      'wayfinding at large venues',
    ],
    pains: ['dark patterns', 'unreadable contrast', 'last-minute audits', 'one size for all'],
  },
  {
    track: 'Sustainability and Mobility',
    color: '#4d5358',
    subjects: [
      'carbon-aware scheduling',
      'open timetables',
      'shared bicycles',
      'energy-efficient software',
      'heat maps of the city',
      'grid forecasting',
      'circular electronics',
      'accessible stations',
      'freight on rails',
      'green hosting',
      'river level alerts',
      'community solar power',
    ],
    pains: ['greenwashing', 'missed connections', 'idle servers', 'guesswork'],
  },
];

const SETTINGS = [
  'a city administration',
  'a regional hospital',
  'a public broadcaster',
  'a railway operator',
  'a university library',
  'the national weather service',
  'a family-run shop',
  'a natural history museum',
  'a volunteer fire brigade',
  'a school district',
  'a food cooperative',
  'an island community',
  'a start-up of six',
  'a water utility',
  'a film festival',
];

/** The words that a title's gaps are filled with. */
interface Words {
  subject: string;
  Subject: string;
  pain: string;
  setting: string;
  count: string;
}

type Template = (words: Words) => string;

export type Genre = 'talk' | 'lightning' | 'workshop' | 'panel' | 'meetup';

const TEMPLATES: Readonly<Record<Genre, readonly Template[]>> = {
  talk: [
    ({ Subject, setting }) => `${Subject}: lessons from ${setting}`,
    ({ Subject, pain }) => `${Subject} without ${pain}`,
    ({ subject, count }) => `What ${count} years of ${subject} taught us`,
    ({ subject }) => `A practical guide to ${subject}`,
    ({ Subject, setting }) => `${Subject} at ${setting}: what worked and what did not`,
    ({ subject }) => `Rethinking ${subject}`,
    ({ Subject, count }) => `${Subject} in production: ${count} things we would do differently`,
    ({ subject, setting }) => `How ${setting} adopted ${subject}`,
    ({ subject, pain }) => `The hidden cost of ${pain}, and how ${subject} can help`,
    ({ subject }) => `The state of ${subject} in 2026`,
    ({ subject }) => `Testing ${subject} before your users do`,
    ({ subject }) => `Explaining ${subject} to newcomers`,
    ({ Subject }) => `${Subject} on a small budget`,
    ({ subject, pain }) => `From ${pain} to ${subject}: a migration story`,
  ],
  lightning: [
    ({ subject }) => `Ten minutes on ${subject}`,
    ({ subject }) => `A small tool for ${subject}`,
    ({ Subject }) => `${Subject}, explained with one diagram`,
    ({ subject }) => `My favourite mistake in ${subject}`,
    ({ subject, pain }) => `Goodbye ${pain.replace(/^an? /, '')}, hello ${subject}`,
    ({ subject, setting }) => `Postcard from ${setting}: ${subject}`,
  ],
  workshop: [
    ({ subject }) => `Hands-on: ${subject}`,
    ({ Subject }) => `${Subject} from scratch: bring your laptop`,
    ({ subject, setting }) => `Planning ${subject} for ${setting}: a workshop`,
  ],
  panel: [
    ({ subject }) => `Panel: who pays for ${subject}?`,
    ({ subject }) => `Panel: is ${subject} ready for everyone?`,
    ({ subject, pain }) => `Panel: ${subject} and the end of ${pain}`,
  ],
  meetup: [({ subject }) => `Meetup: ${subject}`, ({ subject, setting }) => `Meetup: ${subject} beyond ${setting}`],
};

const COUNTS = ['three', 'five', 'seven', 'ten'];

export interface Subject {
  title: string;
  description: string;
}

/** Draws titles, none of them twice, each with a description to it. */
export class SubjectSource {
  readonly #random: SeededRandom;
  readonly #taken = new Set<string>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  draw(topic: Topic, genre: Genre): Subject {
    for (;;) {
      const subject = this.#random.pick(topic.subjects);
      const words: Words = {
        subject,
        Subject: subject.slice(0, 1).toUpperCase() + subject.slice(1),
        pain: this.#random.pick(topic.pains),
        setting: this.#random.pick(SETTINGS),
        count: this.#random.pick(COUNTS),
      };
      const title = this.#random.pick(TEMPLATES[genre])(words);
      if (this.#taken.has(title.toLowerCase())) continue;
      this.#taken.add(title.toLowerCase());
      return { title, description: this.#describe(words, genre) };
    }
  }

  #describe(words: Words, genre: Genre): string {
    const paragraphs = [this.#random.pick(OPENINGS)(words), this.#random.pick(MIDDLES)(words), CLOSINGS[genre](words)];
    return (genre === 'lightning' || genre === 'meetup' ? paragraphs.slice(1) : paragraphs).join('\n\n');
  }
}

const OPENINGS: readonly Template[] = [
  ({ Subject, setting }) =>
    `${Subject} sounds like a solved problem until you try it at ${setting}. We tried, and kept notes.`,
  ({ subject, pain }) =>
    `Everybody agrees that ${pain} should be a thing of the past. Fewer agree on what ${subject} has to do with it.`,
  ({ subject, count }) =>
    `For ${count} years our team has worked on ${subject}. This session sums up what we would tell ourselves at the start.`,
  ({ subject }) =>
    `There is no shortage of articles about ${subject}. What is rare is an honest report from a project that has to live with it.`,
  ({ Subject, pain }) => `${Subject} promises an end to ${pain}. We look at what is left of the promise in daily work.`,
];

const MIDDLES: readonly Template[] = [
  ({ setting, count }) =>
    `The examples come from ${setting}. We show ${count} decisions, what each of them cost, and which of them we have since taken back.`,
  ({ subject, pain }) =>
    `We begin with the basics of ${subject}, go on to the cases in which ${pain} creeps back in, and end with a checklist to take home.`,
  ({ subject }) =>
    `Along the way we compare the tools that are freely available for ${subject}, with numbers rather than opinions.`,
  ({ setting }) =>
    `Everything shown is published under a free licence, and has been in daily use at ${setting} since last spring.`,
];

const CLOSINGS: Readonly<Record<Genre, Template>> = {
  talk: ({ subject }) => `No previous knowledge of ${subject} is needed. There will be time for questions.`,
  lightning: () => 'Slides and source will be online before the talk ends.',
  workshop: () =>
    'Please bring a laptop and a charger. Places are limited; what you build is yours to keep, and helpers will be in the room.',
  panel: ({ pain }) => `Short statements, then an open discussion. Bring your own experience of ${pain}.`,
  meetup: ({ subject }) => `An informal round for everybody who works with ${subject}, or would like to. No slides.`,
};
