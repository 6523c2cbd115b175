import { filledSchema } from '../support/storage-documents.ts';

/** What the writer writes and the test reads. */
export const pairsSchema = filledSchema({
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: { id: { type: 'string', maxLength: 40 }, text: { type: 'string', maxLength: 6_000 } },
  required: ['id', 'text'],
  indexes: ['text'],
});
