import { objectsOf } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { RequestOf, ResponseOf } from '../contract/operations.ts';
import type { Session } from '../contract/session.ts';
import { requireSession } from './change-session.ts';
import type { ServiceContext } from './context.ts';

/** What a contact may do for a session: its main presenter everything, any other speaker their own profile, anyone else nothing. */
export function getSessionPrivileges(
  context: ServiceContext,
  { tenantId, id, contactId }: RequestOf<'getSessionPrivileges'>,
): ResponseOf<'getSessionPrivileges'> {
  return context.store.read((view) => {
    const { session } = requireSession(view, tenantId, id);
    if (view.findCatalogItem(tenantId, 'contacts', contactId) === undefined) {
      throw new ContractError('not_found', because('no_contact'));
    }
    const isMain = mainPresenterOf(session) === contactId;
    const isSpeaker = objectsOf(session.speakers).some((speaker) => speaker['contact_id'] === contactId);
    return {
      can_manage_documents: isMain,
      can_edit_session: isMain && session.sys_locked !== true,
      can_update_speaker_profile: isSpeaker,
    };
  });
}

/** The first speaker of the main presenter's type, else the first speaker. */
function mainPresenterOf(session: Session): unknown {
  const speakers = objectsOf(session.speakers);
  const type = session.main_presenter_speaker_type_id;
  // A speaker of headquarters' may have no type, and a session name none: that is no match.
  const main = speakers.find((speaker) => typeof type === 'string' && speaker['type_id'] === type) ?? speakers[0];
  return main?.['contact_id'];
}
