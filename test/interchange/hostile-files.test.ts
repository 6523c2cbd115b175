import { describe, expect, test } from 'vitest';

import { ContractError } from '../../shared/contract/errors.ts';
import { MAX_FILE_BYTES, readSchedule } from '../../shared/interchange/read-schedule.ts';
import { bytesOf } from '../support/schedule-files.ts';

/** What is said about a file that is refused. One that took more than its size is worth would run into the test's time limit. */
function refusal(bytes: Uint8Array): { kind: unknown; message: string } {
  try {
    readSchedule(bytes);
  } catch (error) {
    const { message } = error as Error;
    return { kind: error instanceof ContractError && error.kind, message };
  }
  return { kind: undefined, message: 'it was read' };
}

const MILLION = 1_000_000;

const head =
  '<schedule><conference><acronym>conf</acronym></conference><day index="1" date="2026-03-28"><room name="R">';
const tail = '</room></day></schedule>';

const laughs = `<!DOCTYPE schedule [<!ENTITY lol0 "lol">${Array.from(
  { length: 9 },
  (_, at) => `<!ENTITY lol${at + 1} "${`&lol${at};`.repeat(10)}">`,
).join('')}]>`;

describe('a file of no use is refused at once, in the user’s words', () => {
  test.each<[string, () => Uint8Array, string]>([
    [
      'of 100 MB of XML',
      () => new Uint8Array(100 * MILLION).fill(0x3c),
      `The file is too large: 100 MB; at most 32 MiB are read.`,
    ],
    [
      'of one byte too many',
      () => new Uint8Array(MAX_FILE_BYTES + 1).fill(0x20),
      `The file is too large: 34 MB; at most 32 MiB are read.`,
    ],
    [
      'with a million nested elements',
      () => bytesOf('<schedule>' + '<a>'.repeat(MILLION) + '</a>'.repeat(MILLION) + '</schedule>'),
      'The file is nested more than 64 elements deep; no schedule is.',
    ],
    [
      'with a million nested elements in an event',
      () => bytesOf(`${head}<event><title>T</title>${'<a>'.repeat(MILLION)}`),
      'The file is nested more than 64 elements deep; no schedule is.',
    ],
    [
      'with five million elements',
      () => bytesOf(`<schedule>${'<a/>'.repeat(5 * MILLION)}</schedule>`),
      'The file has more than 500000 elements; no schedule has.',
    ],
    [
      'with a million nested lists',
      () => bytesOf('['.repeat(MILLION) + ']'.repeat(MILLION)),
      'The file is nested more than 64 levels deep; no schedule is.',
    ],
    [
      'with a million nested objects, cut short',
      () => bytesOf('{"schedule":'.repeat(MILLION)),
      'The file is nested more than 64 levels deep; no schedule is.',
    ],
    [
      'with a billion laughs',
      () => bytesOf(`${laughs}<schedule><conference><acronym>&lol9;</acronym></conference></schedule>`),
      'undefined entity',
    ],
    [
      'with an external entity',
      () =>
        bytesOf(
          '<!DOCTYPE schedule [<!ENTITY file SYSTEM "file:///etc/passwd">]><schedule><conference><acronym>&file;</acronym></conference></schedule>',
        ),
      'undefined entity',
    ],
    [
      'with an entity in an attribute',
      () => bytesOf(`${laughs}<schedule><a b="&lol9;"/></schedule>`),
      'undefined entity',
    ],
    [
      'with 400,000 rooms in a day',
      () =>
        bytesOf(
          `${head}${tail}`.replace(
            '</day>',
            `${Array.from({ length: 400_000 }, (_, at) => `<room name="${at}"/>`).join('')}</day>`,
          ),
        ),
      'The file has more than 50000 rooms or tracks; no schedule has.',
    ],
    [
      'with 400,000 days',
      () =>
        bytesOf(`${head}${tail}`.replace('</schedule>', `${'<day date="2026-03-28"/>'.repeat(400_000)}</schedule>`)),
      'The file has more than 1000 days; no schedule has.',
    ],
    [
      'with 400,000 events',
      () =>
        bytesOf(
          JSON.stringify({
            schedule: {
              conference: {
                acronym: 'c',
                days: [{ rooms: { R: Array.from({ length: 400_000 }, () => ({ title: 'T', start: '10:00' })) } }],
              },
            },
          }),
        ),
      'The file has more than 50000 events; no schedule has.',
    ],
    [
      'with a million control characters',
      () => bytesOf(`${head}${'\u0001'.repeat(MILLION)}${tail}`),
      'disallowed character.',
    ],
    ['that is empty', () => new Uint8Array(), 'The file is empty.'],
    ['that is blank', () => bytesOf('\ufeff \n'), 'The file is empty.'],
    ['that is something else', () => bytesOf('BEGIN:VCALENDAR'), 'The file is neither schedule XML nor schedule JSON.'],
    [
      'that is HTML',
      () => bytesOf('<html><body></body></html>'),
      'The file is XML, but no schedule: it begins with <html>.',
    ],
    [
      'that is other JSON',
      () => bytesOf('{"a":[1]}'),
      'The file is JSON, but no schedule: it has no member schedule.conference.',
    ],
    [
      'that is a JSON list',
      () => bytesOf('[1]'),
      'The file is JSON, but no schedule: it has no member schedule.conference.',
    ],
    [
      'in Latin-1',
      () => new Uint8Array([...bytesOf('<a>'), 0xe4, ...bytesOf('</a>')]),
      'The file is not UTF-8 text; save it as UTF-8.',
    ],
    ['in UTF-16', () => new Uint8Array([0xff, 0xfe, 0x3c, 0x00]), 'The file is in UTF-16; save it as UTF-8.'],
    [
      'of XML cut short',
      () => bytesOf('<schedule>\n<conference>'),
      'The file is not valid XML: line 2, column 12: unclosed tag: conference',
    ],
    ['of XML whose tags cross', () => bytesOf('<schedule><a></schedule>'), 'line 1, column 24: unexpected close tag.'],
    ['of JSON cut short', () => bytesOf('{"schedule": {"conference":'), 'The file is not valid JSON:'],
  ])('%s', (_, file, message) => {
    const refused = refusal(file());
    expect(refused).toMatchObject({ kind: 'invalid', message: expect.stringContaining(message) });
  });
});

const read = (xml: string) => readSchedule(bytesOf(xml));
const event = (inner: string): string => `<event id="1"><title>T</title>${inner}</event>`;

describe('what looks hostile and is harmless is read', () => {
  test('entities that a DOCTYPE declares and nobody uses', () => {
    expect(read(`${laughs}${head}${event('')}${tail}`).sessions).toHaveLength(1);
  });

  test('a room with a million of what are no events', () => {
    const file = {
      schedule: { conference: { acronym: 'c', days: [{ rooms: { R: Array.from({ length: MILLION }, () => 1) } }] } },
    };
    const { skipped } = readSchedule(bytesOf(JSON.stringify(file)));
    expect(skipped.at(-1)).toMatchObject({
      where: 'the file',
      reason: expect.stringMatching(/^999\d\d\d more parts were skipped$/),
    });
  });

  test('a duration and a date of ever more blanks', () => {
    const blanks = ' '.repeat(MILLION);
    const { skipped } = read(
      `${head}${event(`<date>2026-03-28${blanks}x</date><start>10:00</start><duration>P${blanks}x</duration>`)}${tail}`,
    );
    expect(skipped.at(-1)?.reason).toContain('is not understood');
  });

  test('a million brackets within a string', () => {
    const text = '['.repeat(MILLION);
    const file = { schedule: { conference: { acronym: 'c', days: [], description: `${text}\\"${text}` } } };
    expect(readSchedule(bytesOf(JSON.stringify(file))).event.id).toBe('c');
  });

  test('many attributes, long names, and a very long text', () => {
    const attributes = Array.from({ length: 20_000 }, (_, at) => `a${at}="x"`).join(' ');
    const { sessions } = read(
      `${head}<event id="1" ${attributes}><title>T</title><abstract>${'x'.repeat(5 * MILLION)}</abstract></event>${tail}`,
    );
    expect(sessions[0]?.fields.description).toHaveLength(5 * MILLION);
  });

  test('names that JavaScript knows something about', () => {
    const inner =
      '<__proto__><polluted>yes</polluted></__proto__><constructor>c</constructor><toString a="1"/><hasOwnProperty/>';
    const { sessions } = read(`${head}${event(inner)}${tail}`);
    expect(sessions).toHaveLength(1);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    const instruction =
      '<?offstage {"__proto__":{"x":1},"events":{"__proto__":{"/__proto__/polluted":[null,1],"/constructor/prototype/polluted":[null,1]}}}?>';
    expect(
      read(`${head}${event('')}${tail.replace('</schedule>', `${instruction}</schedule>`)}`).sessions,
    ).toHaveLength(1);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  test('a supplement that is no supplement', () => {
    for (const body of [
      '[]',
      '5',
      '{"events":5}',
      '{"events":{"g":[1]}}',
      '{"conference":{"/title":[1]}}',
      '{"conference":{"":[null,1],"/acronym/x/y":[null,1]}}',
    ]) {
      expect(read(`${head}${tail}`.replace('</schedule>', `<?offstage ${body}?></schedule>`)).event.id).toBe('conf');
    }
    const { skipped } = read(`${head}${tail}`.replace('</schedule>', '<?offstage {?></schedule>'));
    expect(skipped[0]).toMatchObject({ where: '<?offstage?>', reason: expect.stringContaining('not valid JSON') });
  });
});
