import type { FastifyInstance } from 'fastify';

import { faultAt } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';
import { openApiDocument } from '../../shared/contract/openapi.ts';
import { ContractError, invalid } from '../../shared/contract/errors.ts';
import { UnreadableBody } from '../../shared/contract/parse.ts';
import type { Engine } from '../engine/engine.ts';
import { parseJsonBody, type RawBody } from './read-body.ts';

/** The largest schedule file or list of catalog items, in bytes. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** What a hub offers beside the contract, under `/-/`. */
export async function hubRoutes(server: FastifyInstance, { engine }: { engine: Engine }): Promise<void> {
  const large = { maxBodyBytes: MAX_FILE_BYTES };

  server.get('/-/health', { config: { rateLimit: false } }, async () => ({ status: 'ok' }));
  server.get('/-/openapi.json', async () => openApiDocument);

  server.get<{ Params: { tenantId: string; kind: string } }>('/-/:tenantId/catalog/:kind', async (request) =>
    engine.service.catalog.list(request.caller, request.params.tenantId, request.params.kind),
  );
  server.put<{ Params: { tenantId: string; kind: string } }>(
    '/-/:tenantId/catalog/:kind',
    { config: large },
    async (request) => {
      const { tenantId, kind } = request.params;
      return await engine.service.catalog.put(request.caller, tenantId, kind, parseJsonBody(request.body, 'json'));
    },
  );

  server.get<{ Params: { tenantId: string; format: string }; Querystring: Record<string, unknown> }>(
    '/-/:tenantId/export/:format',
    async (request, reply) => {
      const { tenantId, format } = request.params;
      // A parameter that is given twice is a list, and as good as none.
      const asked = (name: string): string | undefined => {
        const value = request.query[name];
        return typeof value === 'string' ? value : undefined;
      };
      const part = { roomId: asked('room_id'), speakerId: asked('speaker_id'), since: asked('since') };
      const file = engine.exportFile(request.caller, tenantId, asked('event_id'), format, part);
      reply.type(file.contentType).header('content-disposition', `attachment; filename="${file.fileName}"`);
      return file.text;
    },
  );

  server.post<{ Params: { tenantId: string } }>('/-/:tenantId/import', { config: large }, async (request) => {
    const body = request.body as RawBody | UnreadableBody | null | undefined;
    return await engine.importFile(request.caller, request.params.tenantId, () => {
      if (body instanceof UnreadableBody) throw invalid([faultAt('', body.because)]);
      if (body === undefined || body === null) throw new ContractError('invalid', because('body_not_schedule'));
      return body.bytes;
    });
  });
}
