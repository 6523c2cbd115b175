import { z } from 'zod';

/**
 * One directive of a JSON Patch (RFC 6902). `value` is any JSON and `from` is a pointer, as the RFC has them: the page types
 * `value` as a string and omits `from`. Members that we do not know are ignored.
 */
const patchDirective = z
  .looseObject({
    op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
    path: z.string(),
    from: z.string().optional(),
    value: z.unknown().optional(),
  })
  .meta({ id: 'PatchDirective' });

export type PatchDirective = z.infer<typeof patchDirective>;

/** A JSON Patch: its directives, applied in order, all or nothing. */
export const jsonPatch = z.array(patchDirective);

export type JsonPatch = z.infer<typeof jsonPatch>;
