import type { Socket } from 'node:net';

import { because, type Reason } from '../../shared/base/reasons.ts';
import { ContractError, toProblem } from '../../shared/contract/errors.ts';
import { securityHeaders } from './security-headers.ts';

/**
 * Answers what could not be read as an HTTP request at all, and so never became one of Fastify's: as problem+json, like every
 * refusal. Fastify's own handler answers another form, and logs the bytes that came, a key among them.
 */
export function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  // Whoever sent nothing (a browser opens connections in advance) waits for no answer.
  if (socket.writable && socket.bytesRead > 0) socket.write(answerTo(error.code));
  socket.destroy();
}

function answerTo(code: string | undefined): string {
  const problem = toProblem(new ContractError('invalid', detailOf(code)));
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} Bad Request`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}

function detailOf(code: string | undefined): Reason {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return because('headers_too_long');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return because('request_too_slow');
    default:
      return because('not_http');
  }
}
