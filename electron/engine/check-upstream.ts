import { z } from 'zod';

import { ContractError } from '../../shared/contract/errors.ts';
import { requestJson } from '../../shared/http/client.ts';
import { encodeSegment } from '../../shared/http/codec.ts';
import type { Finding, FindingReason, UpstreamCheck } from '../../shared/rpc/sync-messages.ts';
import {
  clientOptions,
  connectTo,
  isSendable,
  UpstreamError,
  upstreamName,
  type KeyStore,
  type UpstreamAddress,
} from './upstream.ts';

/** What a person typed in to connect a headquarters. */
export interface CheckedUpstream extends UpstreamAddress {
  /** Without it, the one that is kept for this headquarters is tried. */
  key?: string;
  /** None: what is there is asked for. */
  eventIds: readonly string[];
}

const RIGHT: Finding = { state: 'right' };
const UNTRIED: Finding = { state: 'untried' };
const wrong = (because: FindingReason, message: string): Finding => ({ state: 'wrong', because, message });
const wrongAs = (because: FindingReason, { message, because: why }: ContractError): Finding => ({
  state: 'wrong',
  because,
  message,
  why,
});
const unclear = (because: FindingReason, message: string): Finding => ({ state: 'unclear', because, message });

/** Stands for an event where none is named: any answer about it tells of address, key and tenant. */
const NO_EVENT = 'offstage-check';

const health = z.object({ status: z.literal('ok') });
const events = z.array(z.object({ id: z.string(), name: z.string() }));

/** Tries a headquarters, one thing after the other, by reading alone. */
export async function checkUpstream(upstream: CheckedUpstream, kept: Pick<KeyStore, 'keyOf'>): Promise<UpstreamCheck> {
  const { eventIds } = upstream;
  const keys = { keyOf: (name: string) => upstream.key ?? kept.keyOf(name) };
  const nothing: UpstreamCheck = {
    address: UNTRIED,
    key: UNTRIED,
    tenant: UNTRIED,
    events: eventIds.map((id) => ({ id, finding: UNTRIED })),
  };
  try {
    clientOptions(upstream, keys);
  } catch (error) {
    if (error instanceof UpstreamError) {
      const isPlain =
        upstream.allowHttp !== true && /^http:\/\//i.test(upstream.url.trim()) && URL.canParse(upstream.url);
      return { ...nothing, address: wrongAs(isPlain ? 'unencrypted' : 'bad_address', error) };
    }
    throw error;
  }

  if (['', '.', '..'].includes(upstream.remoteTenantId))
    return { ...nothing, tenant: wrong('tenant_missing', 'A tenant has an id.') };
  if (upstream.key !== undefined && !isSendable(upstream.key))
    return { ...nothing, key: wrong('key_not_sendable', 'The key holds a sign that no key can have.') };

  const found = new Map<string, 'known' | ContractError>();
  for (const id of eventIds.length === 0 ? [NO_EVENT] : eventIds) {
    const answer = await askFor(upstream, keys, id);
    const stop = answer === 'known' ? undefined : whatStops(answer, keys.keyOf(upstreamName(upstream)));
    if (stop !== undefined) return { ...nothing, ...stop };
    found.set(id, answer);
  }
  const hub = await readHub(upstream, keys);
  if (hub === 'unknown tenant') {
    return { ...nothing, address: RIGHT, key: RIGHT, tenant: wrong('tenant_unknown', 'There is no such tenant.') };
  }
  const isTenantKnown = hub !== undefined || [...found.values()].includes('known');
  return {
    address: RIGHT,
    key: RIGHT,
    tenant: isTenantKnown
      ? RIGHT
      : unclear(
          'nothing_known',
          'Nothing that was asked for is known there: the tenant, the events or a part of the address may be wrong.',
        ),
    events: eventIds.map((id) => ({
      id,
      finding: findingOf(
        found.get(id),
        hub?.some((event) => event.id === id),
      ),
    })),
    ...(hub === undefined ? {} : { offered: hub }),
  };
}

function findingOf(answer: 'known' | ContractError | undefined, isOffered: boolean | undefined): Finding {
  if (answer === 'known') return RIGHT;
  if (isOffered === false) return wrong('event_unknown', 'There is no such event.');
  return answer?.kind === 'not_found'
    ? unclear('event_unknown_or_empty', 'The event is not known there, or has no sessions yet.')
    : answer === undefined
      ? wrong('event_unknown', 'There is no such event.')
      : wrongAs('refused', answer);
}

async function askFor(
  upstream: CheckedUpstream,
  keys: Pick<KeyStore, 'keyOf'>,
  eventId: string,
): Promise<'known' | ContractError> {
  const api = connectTo(upstream, keys);
  const request = { tenantId: upstream.remoteTenantId, event_id: eventId, fields: 'id' };
  const answer = await orError(api.listSessionsByEvent(request));
  return answer instanceof ContractError ? answer : 'known';
}

/** What an answer says of address or key, if it says that nothing else can be tried; undefined where it is about tenant or event. */
function whatStops(error: ContractError, key: string | undefined): Partial<UpstreamCheck> | undefined {
  switch (error.kind) {
    case 'unreachable':
    case 'internal':
      return { address: wrongAs('no_answer', error) };
    case 'unusable_answer':
      return { address: wrong('not_the_api', 'What answers at that address is not the Sessions API.') };
    case 'unauthorized':
      return {
        address: RIGHT,
        key:
          key === undefined
            ? wrong('key_missing', 'A key is needed.')
            : wrong('key_unknown', 'The key is not known there.'),
      };
    case 'forbidden':
      return {
        address: RIGHT,
        key: wrong('key_forbidden', 'The key is known there, but may not read these sessions.'),
      };
    case 'rate_limited':
      return { address: RIGHT, key: unclear('asks_to_wait', 'Headquarters asks to wait before it is asked again.') };
    default:
      return undefined;
  }
}

/** The events of a hub of ours, in the order of their names; undefined where it is none, or this key may not see them. */
async function readHub(
  upstream: CheckedUpstream,
  keys: Pick<KeyStore, 'keyOf'>,
): Promise<{ id: string; name: string }[] | 'unknown tenant' | undefined> {
  const options = clientOptions(upstream, keys);
  const get = async (url: string): Promise<unknown> =>
    await requestJson(options, { method: 'GET', url, headers: { accept: 'application/json' } });
  // What is no hub answers this with 404, or with anything at all.
  if (!health.safeParse(await orError(get('/-/health'))).success) return undefined;
  const answer = await orError(get(`/-/${encodeSegment('tenant', upstream.remoteTenantId)}/catalog/events`));
  if (answer instanceof ContractError) return answer.kind === 'not_found' ? 'unknown tenant' : undefined;
  return events.safeParse(answer).data?.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The answer, or the refusal of one. */
async function orError(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
}
