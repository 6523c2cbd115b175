import type { Readable } from 'node:stream';

import { findRepeatedMember } from '../../shared/base/find-repeated-member.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { UnreadableBody } from '../../shared/contract/parse.ts';

/** A body as it came. */
export interface RawBody {
  contentType: string | undefined;
  bytes: Uint8Array;
}

/** What is read beyond a body's bound, only to be thrown away, so that a client that is still sending hears our answer. */
const MAX_DRAINED_BYTES = 256 * 1024 * 1024;

/** What the headers say of a body. */
export interface BodyHeaders {
  contentType: string | undefined;
  contentEncoding: string | undefined;
}

/** Reads a request's body up to a bound, in bytes. Throws `invalid` for one that broke off: nothing is done of such a request. */
export async function readBody(
  stream: Readable,
  { contentType, contentEncoding = 'identity' }: BodyHeaders,
  maxBytes: number,
): Promise<RawBody | UnreadableBody> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes <= maxBytes) chunks.push(chunk);
      else if (sizeBytes > MAX_DRAINED_BYTES) stream.destroy();
      else chunks.length = 0;
    }
  } catch (cause) {
    throw new ContractError('invalid', because('body_broke_off'), { cause });
  }
  if (sizeBytes > maxBytes) return new UnreadableBody(because('body_too_large', { bytes: maxBytes }));
  if (contentEncoding.toLowerCase() !== 'identity' && sizeBytes > 0) {
    return new UnreadableBody(because('body_encoded'));
  }
  return { contentType, bytes: Buffer.concat(chunks) };
}

const JSON_TYPES = ['application/json'];
const PATCH_TYPES = [...JSON_TYPES, 'application/json-patch+json'];

/** The JSON of a body; what is wrong with it, where it is none, is told in its place. */
export function parseJsonBody(body: unknown, kind: 'json' | 'patch'): unknown {
  if (body === undefined || body === null || body instanceof UnreadableBody) return body ?? undefined;
  const { contentType, bytes } = body as RawBody;
  if (bytes.byteLength === 0) return undefined;
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const types = kind === 'patch' ? PATCH_TYPES : JSON_TYPES;
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (!types.includes(type) || (charset !== undefined && charset.replaceAll('"', '') !== 'utf-8')) {
    return new UnreadableBody(because('body_of_wrong_type', { types: types.join(' or ') }));
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value = JSON.parse(text) as unknown;
    const repeated = findRepeatedMember(text);
    return repeated === undefined
      ? value
      : new UnreadableBody(because('body_repeats', { name: JSON.stringify(repeated) }));
  } catch (error) {
    return new UnreadableBody(
      error instanceof SyntaxError ? because('body_not_json', { why: error.message }) : because('body_not_utf8'),
    );
  }
}
