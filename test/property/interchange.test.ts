import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseInstant } from '../../shared/base/date-time.ts';
import { findJsonFault } from '../../shared/base/json.ts';
import { catalogKinds, type CatalogKind } from '../../shared/catalog/catalog.ts';
import type { BundledSession, ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { findFaults } from '../../shared/contract/parse.ts';
import { sessionInput } from '../../shared/contract/session.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { byId, compareText } from '../../shared/interchange/order.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { bytesOf, findXmlFaults, hasRealFiles, jsonFaultFinder } from '../support/schedule-files.ts';
import { danglingReferences } from '../support/dangling-references.ts';
import { anyScheduleFile } from '../support/schedule-file-worlds.ts';
import { anyBundle } from '../support/schedule-worlds.ts';

const NOW = Date.UTC(2026, 0, 1);

const write = (format: keyof typeof exportFormats, bundle: ScheduleBundle): string =>
  exportFormats[format].write(bundle, NOW);

/** What must survive every format. */
const summary = ({ id, fields }: BundledSession) => [
  id,
  fields.name.toWellFormed().trim(),
  parseInstant(fields.start_date ?? ''),
  parseInstant(fields.end_date ?? ''),
  [...(fields.room_ids ?? [])].sort(compareText),
  [...(fields.track_ids ?? [])].sort(compareText),
  (fields.speakers ?? []).map(({ contact_id, type_id }) => [contact_id, type_id]),
  fields.type_id,
];

describe.each(['frab.xml', 'frab.json'] as const)('%s', (format) => {
  test('tells of every session that is to be shown, under its id, with its instants and its name', () => {
    fc.assert(
      fc.property(anyBundle, (bundle) => {
        const reading = readSchedule(bytesOf(write(format, bundle)));
        const left = exportFormats[format].leavesOut(bundle).length;
        const shown = bundle.sessions.filter(({ fields }) => fields.start_date !== undefined);
        expect(shown).toHaveLength(bundle.sessions.length - left);
        expect(reading.sessions.map(summary)).toEqual([...shown].sort(byId).map(summary));
        expect(findJsonFault(reading)).toBeUndefined();
      }),
    );
  });

  test('is what its reading would write again: reading, writing and reading changes nothing', () => {
    fc.assert(
      fc.property(anyBundle, (bundle) => {
        const { skipped: _1, ...first } = readSchedule(bytesOf(write(format, bundle)));
        const { skipped: _2, ...second } = readSchedule(bytesOf(write(format, first)));
        expect(second).toEqual(first);
      }),
    );
  });
});

const read = (file: unknown) => readSchedule(bytesOf(JSON.stringify(file)));

describe('any file', () => {
  test('is read into what the contract takes', () => {
    fc.assert(
      fc.property(anyScheduleFile, (file) => {
        const { event, catalog, sessions } = read(file);
        for (const { fields } of sessions) expect(findFaults(sessionInput, fields)).toEqual([]);
        const kinds = { events: [event], ...catalog };
        for (const [kind, items] of Object.entries(kinds)) {
          for (const item of items) expect(findFaults(catalogKinds[kind as CatalogKind], item)).toEqual([]);
          expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
        }
        expect(findJsonFault({ event, catalog, sessions })).toBeUndefined();
        expect(danglingReferences({ event, catalog, sessions })).toEqual([]);
      }),
    );
  });

  test.each(['frab.xml', 'frab.json'] as const)(
    'comes back as it was through %s, but for what is not scheduled',
    (format) => {
      fc.assert(
        fc.property(anyScheduleFile, (file) => {
          const { skipped: _1, ...first } = read(file);
          const scheduled = first.sessions.filter(({ fields }) => fields.start_date !== undefined);
          const { skipped: _2, ...second } = readSchedule(bytesOf(write(format, first)));
          const isWhole = scheduled.length === first.sessions.length;
          expect(isWhole ? second : second.sessions).toEqual(isWhole ? first : scheduled);
        }),
      );
    },
  );
});

test('frab.xml and frab.json of one schedule read alike', () => {
  fc.assert(
    fc.property(anyBundle, (bundle) => {
      const { skipped: _1, ...xml } = readSchedule(bytesOf(write('frab.xml', bundle)));
      const { skipped: _2, ...json } = readSchedule(bytesOf(write('frab.json', bundle)));
      expect(json).toEqual(xml);
    }),
  );
});

describe.skipIf(!hasRealFiles)('whatever a schedule holds', () => {
  const anySchedule = fc.oneof(anyBundle, anyScheduleFile.map(read));

  test('its XML is valid by the XSD', async () => {
    const texts = fc.sample(anySchedule, 300).map((bundle) => write('frab.xml', bundle));
    expect(await findXmlFaults(texts)).toEqual([]);
  });

  test('its JSON is valid by the JSON schema', () => {
    const findFaults = jsonFaultFinder();
    fc.assert(
      fc.property(anySchedule, (bundle) => {
        expect(findFaults(write('frab.json', bundle))).toEqual([]);
      }),
    );
  });
});
