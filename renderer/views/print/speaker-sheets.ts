import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { spanOf } from '../../../shared/schedule/scheduled-session.ts';
import { speakerNamesOf } from '../../../shared/schedule/search-text.ts';
import { cellOf, cut, timeCell, type Sheet, type SheetGroup } from './sheet.ts';
import { nameCell, type SheetSource } from './sheet-source.ts';

interface Speaker {
  readonly name: string;
  readonly sessions: SessionSummary[];
}

/** Everybody who speaks, by name, with when, where and what. */
export function speakerSheets(source: SheetSource): Sheet[] {
  const { words } = source;
  const speakers = [...speakersOf(source)]
    .filter(([, { sessions }]) => sessions.length > 0)
    .sort(([idA, a], [idB, b]) => words.compare(a.name, b.name) || (idA < idB ? -1 : 1));
  if (speakers.length === 0) return [];
  const { speaker, time, room, session } = words.columns;
  return [
    {
      id: 'speakers',
      title: words.speakers,
      subtitle: source.isWhole ? '' : source.chosenDays.map(({ startMs }) => words.day(startMs)).join(', '),
      form: 'list',
      isLandscape: false,
      columns: [
        { title: speaker, width: 18 },
        { title: time, width: 28 },
        { title: room, width: 15 },
        { title: session, width: 39 },
      ],
      groups: speakers.map(([id, each]) => groupOf(id, each, source)),
    },
  ];
}

/** By their ids; one who has none that the catalog knows goes by the name that a session gives. */
function speakersOf({ sessions, names, withHidden, ...source }: SheetSource): Map<string, Speaker> {
  const speakers = new Map<string, Speaker>();
  const dates = new Set(source.chosenDays.map(({ date }) => date));
  const rooms = new Set(source.rooms.map(({ id }) => id));
  for (const session of sessions) {
    if (session.hide_from_schedule === true && !withHidden) continue;
    const span = spanOf(session);
    const isOfDay = span !== undefined && dates.has(source.days.at(span.startMs).date);
    const isOfRoom = session.room_ids?.some((id) => rooms.has(id)) === true;
    if (!source.isWhole && !(isOfDay && isOfRoom)) continue;
    for (const speaker of session.speakers ?? []) {
      const [name = speaker.contact_id] = speakerNamesOf({ ...session, speakers: [speaker] }, names.contacts);
      const known = speakers.get(speaker.contact_id) ?? { name, sessions: [] };
      // Named twice in one session, in two roles, is there once.
      if (known.sessions.at(-1) !== session) known.sessions.push(session);
      speakers.set(speaker.contact_id, known);
    }
  }
  return speakers;
}

function groupOf(id: string, { name, sessions }: Speaker, { names, words }: SheetSource): SheetGroup {
  const begin = (session: SessionSummary): number => spanOf(session)?.startMs ?? Number.MAX_SAFE_INTEGER;
  return {
    id,
    heading: cut(name, 120),
    place: 'column',
    rows: sessions
      .toSorted((a, b) => begin(a) - begin(b))
      .map((session) => {
        const span = spanOf(session);
        const rooms = (session.room_ids ?? []).map((room) => names.rooms.get(room) ?? room);
        const when = span === undefined ? words.unscheduled : `${words.day(span.startMs)}, ${words.hours(span)}`;
        return {
          id: `${id}/${session.id}`,
          cells: [
            timeCell(when, 'plain'),
            cellOf({ text: rooms.join(', '), tone: 'plain' }),
            nameCell(session, words, 'plain'),
          ],
        };
      }),
  };
}
