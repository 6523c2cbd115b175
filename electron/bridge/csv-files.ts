import type { CsvEvent, CsvMapping, CsvPreview } from '../../shared/catalog/csv-columns.ts';
import type { ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import { previewCsv, readCsv } from '../../shared/interchange/read-csv.ts';
import type { ImportedFile } from '../../shared/rpc/messages.ts';
import type { Following } from '../../shared/service/following.ts';
import type { Engine } from '../engine/engine.ts';

export interface CsvRequest {
  file: File;
  mapping?: CsvMapping | undefined;
  event: CsvEvent;
}

/** Spreadsheets of one tenant's events. Both throw `invalid` for a file that is of no use. */
export function createCsvFiles({ service }: Engine, user: Principal, tenantId: string) {
  /** The event as it is here; undefined for a new one. */
  function findKnown({ id }: CsvEvent): ScheduleBundle | undefined {
    if (id === undefined) return undefined;
    try {
      return service.exportSchedule(user, tenantId, id);
    } catch (error) {
      if (error instanceof ContractError && error.kind === 'not_found') return undefined;
      throw error;
    }
  }

  return {
    async preview({ file, mapping, event }: CsvRequest): Promise<CsvPreview> {
      return previewCsv(await file.bytes(), { mapping, event, known: findKnown(event) }, (reading) =>
        service.findRefusedSessions(user, tenantId, reading),
      );
    },
    async open({ file, mapping, event }: CsvRequest, following: Following): Promise<ImportedFile> {
      const bytes = await file.bytes();
      const { event_id: eventId, ...report } = await service.importSchedule(
        user,
        tenantId,
        () => readCsv(bytes, { mapping, event, known: findKnown(event) }),
        following,
      );
      return { tenantId, eventId, ...report };
    },
  };
}
