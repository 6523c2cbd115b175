import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

import type { CsvEvent, CsvMapping, CsvPreview } from '../../shared/catalog/csv-columns.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { ImportedFile } from '../../shared/rpc/messages.ts';
import { useLongWork } from '../composables/use-long-work.ts';
import { useHost } from '../host/bridge-key.ts';
import { reasonWords } from '../i18n/reason-words.ts';
import { useRecovery } from './recovery.ts';
import { useWorkspace } from './workspace.ts';

/** How far the opening of a file is. */
export type FileOpening =
  | { step: 'closed' }
  | { step: 'reading'; name: string }
  /** A spreadsheet: which column tells what is asked first. */
  | { step: 'columns'; file: File; event: CsvEvent; preview: CsvPreview; isReading: boolean; fault?: string }
  | { step: 'taken'; name: string; report: ImportedFile }
  | { step: 'failed'; name: string; message: string };

/** Takes a schedule file or a spreadsheet in, wherever it comes from: a door of the first run, the menu, or dropped on the window. */
export const useOpenFile = defineStore('open-file', () => {
  const { bridge } = useHost();
  const workspace = useWorkspace();
  const recovery = useRecovery();

  const taking = useLongWork();

  const opening = shallowRef<FileOpening>({ step: 'closed' });
  // Held here: a picker that nothing refers to may be gone before the person has chosen.
  const picker = document.createElement('input');
  picker.type = 'file';
  picker.accept = '.xml,.json,.csv,.tsv,.txt,.offstage';
  picker.addEventListener('change', () => {
    const [file] = picker.files ?? [];
    if (file !== undefined) void open(file);
    // The same file, chosen again, is a change again.
    picker.value = '';
  });

  /** Does what a file asks for; what was given up, or overtaken by a newer call, tells nothing. */
  async function attempt(
    name: string,
    call: (work: string, signal: AbortSignal) => Promise<FileOpening>,
  ): Promise<void> {
    const mine = opening.value;
    try {
      const next = await taking.run(call);
      if (opening.value === mine) opening.value = next;
    } catch (error) {
      if (opening.value === mine) opening.value = { step: 'failed', name, message: messageOf(error) };
    }
  }

  async function open(file: File): Promise<void> {
    // A file of everything is no schedule: it takes the place of what is here.
    if (/\.offstage$/i.test(file.name)) return await recovery.restoreFile(file);
    opening.value = { step: 'reading', name: file.name };
    await attempt(file.name, async (work, signal) => {
      if (!isSpreadsheet(file)) return await take(file.name, bridge.files.open({ file, work }, { signal }));
      const event = suggestedEvent(file.name);
      const preview = await bridge.files.previewCsv({ file, event }, { signal });
      const named = workspace.events.find((entry) => entry.event.id === preview.eventId)?.event;
      if (named === undefined) return { step: 'columns', file, event, preview, isReading: false };
      // What it names by itself is only known now, and what of it cannot be taken there.
      const known = eventOf(named);
      const there = await bridge.files.previewCsv({ file, mapping: preview.mapping, event: known }, { signal });
      return { step: 'columns', file, event: known, preview: there, isReading: false };
    });
  }

  async function take(name: string, report: Promise<ImportedFile>): Promise<FileOpening> {
    const taken = await report;
    workspace.choose({ tenantId: taken.tenantId, eventId: taken.eventId });
    return { step: 'taken', name, report: taken };
  }

  /** Reads the spreadsheet again, with other columns or for another event. */
  async function readAgain(mapping: CsvMapping, event: CsvEvent): Promise<void> {
    const asked = opening.value;
    if (asked.step !== 'columns') return;
    const { file, preview: before } = asked;
    const reading: FileOpening = { step: 'columns', file, event, preview: { ...before, mapping }, isReading: true };
    opening.value = reading;
    try {
      const preview = await taking.run(
        async (_, signal) => await bridge.files.previewCsv({ file, mapping, event }, { signal }),
      );
      if (opening.value === reading) opening.value = { step: 'columns', file, event, preview, isReading: false };
    } catch (error) {
      if (opening.value === reading) opening.value = { ...reading, isReading: false, fault: messageOf(error) };
    }
  }

  return {
    opening,
    /** How far the taking is; undefined until it tells. */
    progress: taking.progress,
    open,
    readAgain,

    /** Lets the person choose a file. */
    choose: (): void => picker.click(),

    /** Takes the spreadsheet in as it was mapped. */
    async takeSpreadsheet(): Promise<void> {
      const asked = opening.value;
      if (asked.step !== 'columns') return;
      const { file, event, preview } = asked;
      opening.value = { step: 'reading', name: file.name };
      await attempt(
        file.name,
        async (work, signal) =>
          await take(file.name, bridge.files.openCsv({ file, mapping: preview.mapping, event, work }, { signal })),
      );
    },

    /** Gives up what is under way, and closes what was told. */
    close(): void {
      opening.value = { step: 'closed' };
      taking.cancel();
    },
  };
});

/** Also one in a format of its own: it cannot be read, but what is said of it is what to do with a spreadsheet. */
function isSpreadsheet(file: File): boolean {
  return /\.(csv|tsv|txt|xlsx?|xlsm|ods|numbers)$/i.test(file.name) || file.type === 'text/csv';
}

/** What a spreadsheet's event is called until a person says it: as the file, in the time zone of this machine. */
function suggestedEvent(fileName: string): CsvEvent {
  const name = fileName.replace(/\.\w+$/, '').trim();
  return { name: name === '' ? fileName : name, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

export function eventOf(event: { id: string; name: string; time_zone?: string | undefined }): CsvEvent {
  return { id: event.id, name: event.name, time_zone: event.time_zone ?? 'UTC' };
}

function messageOf(error: unknown): string {
  return error instanceof ContractError ? reasonWords(error) : String(error);
}
