import { foldText } from '../base/fold-text.ts';
import { csvFieldNames, type CsvFieldName, type CsvMapping } from '../catalog/csv-columns.ts';

/** What people call a column, in English and German, the likeliest first; folded, as headers are before they are compared. */
const usualNames: Readonly<Partial<Record<CsvFieldName, readonly string[]>>> = {
  title: [
    'session title',
    'session name',
    'name',
    'session',
    'talk',
    'titel',
    'vortrag',
    'sitzung',
    'thema',
    'bezeichnung',
  ],
  code: ['session code', 'nr', 'no', 'number', 'kennung', 'kurzel', 'nummer', 'kurzbezeichnung'],
  date: ['day', 'datum', 'tag', 'start date', 'startdatum'],
  start: [
    'begin',
    'begins',
    'starts',
    'start time',
    'from',
    'time',
    'beginn',
    'anfang',
    'startzeit',
    'von',
    'uhrzeit',
    'zeit',
  ],
  end: ['ends', 'end time', 'to', 'until', 'ende', 'endzeit', 'bis'],
  minutes: ['duration', 'length', 'dauer', 'minuten', 'lange', 'dauer min'],
  rooms: ['room', 'room name', 'raum', 'raume', 'saal', 'sale', 'venue', 'hall'],
  tracks: ['track', 'theme', 'category', 'kategorie', 'strang', 'themenbereich', 'reihe'],
  type: ['session type', 'format', 'kind', 'typ', 'art', 'sitzungstyp'],
  speakers: [
    'speaker',
    'speaker names',
    'presenter',
    'presenters',
    'people',
    'person',
    'host',
    'referent',
    'referenten',
    'referentin',
    'sprecher',
    'vortragende',
    'vortragender',
    'personen',
  ],
  description: ['abstract', 'summary', 'text', 'beschreibung', 'inhalt', 'zusammenfassung'],
  location: ['place', 'where', 'ort'],
  capacity: ['seats', 'places', 'kapazitat', 'platze', 'teilnehmerzahl'],
  access: ['zugang'],
  hidden: ['versteckt', 'ausgeblendet', 'verborgen'],
  sold_out: ['full', 'ausgebucht', 'ausverkauft'],
  has_fees: ['fees', 'paid', 'kostenpflichtig', 'gebuhren'],
};

/** Which column tells what, as far as the headers say it: each column and each field once, the first column of several alike. */
export function guessCsvMapping(headers: readonly string[]): CsvMapping {
  const mapping: CsvMapping = {};
  const free = new Map(headers.map((header, at) => [at, plain(header)]));
  const take = (field: CsvFieldName, names: readonly string[]): void => {
    if (mapping[field] !== undefined) return;
    for (const name of names) {
      const found = [...free].find(([, header]) => header === name);
      if (found === undefined) continue;
      [mapping[field]] = found;
      free.delete(found[0]);
      return;
    }
  };
  // Our own names rule over everything that might be meant.
  for (const field of csvFieldNames) take(field, [plain(field)]);
  for (const field of csvFieldNames) take(field, usualNames[field] ?? []);
  return mapping;
}

/** A header as it is compared: folded, without what stands in brackets, one blank between its words. */
function plain(header: string): string {
  return foldText(header.slice(0, 200))
    .replaceAll(/\([^)]*\)|\[[^\]]*\]/g, ' ')
    .replaceAll(/[^a-z\d]+/g, ' ')
    .trim();
}
