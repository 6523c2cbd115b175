import { generatedSessionId, newSessionId } from '../base/ids.ts';
import { faultAt, type Fault, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import type { CatalogItem } from '../catalog/catalog.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import { operations, type RequestOf } from '../contract/operations.ts';
import { parse } from '../contract/parse.ts';
import type { Session } from '../contract/session.ts';
import type { StoreView } from '../store/store-view.ts';
import type { Call, ServiceContext } from './context.ts';
import { findDangling } from './references.ts';
import { requireValidSession } from '../contract/validate-session.ts';
import { changeContext, insertSession } from './write-session.ts';

/**
 * Makes a session of an abstract: name, description, event, tracks and speakers come from it. Without `allow_duplicates` its id is
 * derived from the abstract, so that two laptops that generate it make one.
 */
export async function generateSessionFromAbstract(
  context: ServiceContext,
  call: Call,
  { tenantId, abstract_id, body }: RequestOf<'generateSessionFromAbstract'>,
): Promise<Session> {
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const abstract = change.findCatalogItem(tenantId, 'abstracts', abstract_id);
    if (abstract === undefined) throw new ContractError('not_found', because('no_abstract'));
    const order = parse(operations.generateSessionFromAbstract.body, body);
    requireTypes(change, tenantId, order);
    if (order.allow_duplicates !== true && change.hasSessions(tenantId, { abstractIds: [abstract_id] })) {
      throw new ContractError('invalid', because('made_already'));
    }
    const fields: JsonObject = {
      event_id: abstract.event_id,
      name: abstract.name,
      type_id: order.type_id,
      abstract_id,
      main_presenter_speaker_type_id: order.main_presenter_speaker_type_id,
    };
    if (abstract.description !== undefined) fields['description'] = abstract.description;
    if (abstract.track_ids !== undefined) fields['track_ids'] = abstract.track_ids;
    if (abstract.speakers !== undefined) {
      fields['speakers'] = speakersOf(change, tenantId, abstract.speakers, order.main_presenter_speaker_type_id);
    }
    requireValidSession(fields);
    // The page has no 409 here: an abstract that refers to something unknown is a request that cannot be served.
    const dangling = findDangling(change, tenantId, fields as Session);
    if (dangling.length > 0) throw invalid(dangling);

    const id = order.allow_duplicates === true ? newSessionId(context.ids) : generatedSessionId(abstract_id);
    // It may be another's by now: a session can be unlinked from its abstract.
    const taken = change.findSession(tenantId, id) !== undefined;
    return insertSession(context, call, change, tenantId, { id: taken ? newSessionId(context.ids) : id, ...fields });
  });
}

type GenerateOrder = RequestOf<'generateSessionFromAbstract'>['body'];

function requireTypes(view: StoreView, tenantId: string, order: GenerateOrder): void {
  const faults: Fault[] = view
    .missingFromCatalog(tenantId, [
      { kind: 'session_types', id: order.type_id },
      { kind: 'speaker_types', id: order.main_presenter_speaker_type_id },
    ])
    .map(({ kind }) =>
      kind === 'session_types'
        ? faultAt('/type_id', because('not_session_type'))
        : faultAt('/main_presenter_speaker_type_id', because('not_speaker_type')),
    );
  if (faults.length > 0) throw invalid(faults);
}

type AbstractSpeakers = NonNullable<CatalogItem<'abstracts'>['speakers']>;

/** The main presenter (the one marked so, else the first) gets its type; the others their own, or the first that is another. */
function speakersOf(view: StoreView, tenantId: string, speakers: AbstractSpeakers, mainTypeId: string): JsonObject[] {
  const main = speakers.find((speaker) => speaker.main === true) ?? speakers[0];
  const otherTypeId = view.listCatalog(tenantId, 'speaker_types').find((type) => type.id !== mainTypeId)?.id;
  return speakers.map((speaker) => ({
    contact_id: speaker.contact_id,
    type_id: speaker === main ? mainTypeId : (speaker.type_id ?? otherTypeId ?? mainTypeId),
  }));
}
