/**
 * Every reason that the engine may give for anything, by its code: the English text of the API, with the names of its values in braces. Texts in
 * small letters follow the place that they are about (`/name must not be blank`).
 *
 * A reason goes with its code and values wherever its text goes, so that the app can say it in the user's language: its words stand in the app's
 * messages, under `reasons`, and a test holds both against this table.
 */
export const reasonTexts = {
  /** Somebody else's words, such as a foreign headquarters'. */
  said: '{text}',
  /** Several at once, such as all faults of a session. */
  all: '{reasons}',
  /** One thing that is wrong at one place of a value. */
  at: '{path} {why}',

  // What failed, where nobody says more: by the kinds of errors
  failed_invalid: 'The request is not valid',
  failed_unauthorized: 'A valid API key is needed',
  failed_forbidden: 'This key may not do that',
  failed_locked: 'The session is locked',
  failed_not_found: 'Not found',
  failed_missing_reference: 'The session refers to something that does not exist',
  failed_unsettled: 'Changes wait to be settled with headquarters',
  failed_in_use: 'Other records refer to the session',
  failed_expired: 'Changes since then may have been missed',
  failed_precondition_failed: 'The session has changed meanwhile',
  failed_rate_limited: 'Too many requests',
  failed_quota_exceeded: 'The tenant has as many sessions as it may have',
  failed_internal: 'The server failed',
  failed_storage_damaged: 'The data file is damaged',
  failed_storage_full: 'There is no room to save',
  failed_unreachable: 'The server cannot be reached',
  failed_unusable_answer: 'The server answered with something else than the Sessions API',

  // What is wrong with a value
  required: 'is required',
  blank: 'must not be blank',
  empty: 'must not be empty',
  not_text: 'must be text',
  not_number: 'must be a number',
  not_boolean: 'must be true or false',
  not_list: 'must be a list',
  not_object: 'must be an object',
  not_of_type: 'must be {type}',
  not_one_of: 'must be one of {choices}',
  not_valid: '{text}',
  not_known: 'is not known here',
  not_a_field: 'is not a field of a session',
  not_date_time: 'must be a date with a time and a zone, such as 2025-02-01T09:30:00+01:00',
  not_date: 'must be a date such as 2025-02-01',
  not_time_zone: 'must be a time zone such as Europe/Brussels',
  not_two_dates: 'must hold exactly two dates, from and to',
  not_session_id: 'may hold only letters, digits, _, |, - and :',
  not_once: 'must be given once',
  not_once_text: 'must be given once, as text',
  not_in_address: 'cannot be part of an address',
  twice: 'stands in the list already',
  end_before_start: 'must not be before start_date',
  places: 'must be a whole number of at least 0 where enable_capacity is true',
  half_pair: 'holds half a surrogate pair: not valid Unicode text',
  not_finite: 'must be a finite number',
  not_json: 'is not a JSON value',
  too_deep: 'is nested more than {levels} levels deep',
  forbidden_name: 'is not an allowed name',
  name_not_unicode: 'has a member whose name is not valid Unicode text',
  missing_reference: 'names the {kind} {id}, which does not exist',
  not_session_type: 'is not a session type of this tenant',
  not_speaker_type: 'is not a speaker type of this tenant',
  made_by_server: 'must be left out: the server makes it',
  set_by_server: 'is set by the server alone',
  not_own_id: "begins with {prefix} but does not have the form of a session's id",
  not_id_of_path: 'must be the id in the path',
  no_operation: 'must hold at least one operation',
  many_operations: 'must hold at most 100 operations',
  more_faults: '{n} more faults are not listed',

  // What is wrong with a patch
  test_failed: 'is not what the session holds: the test failed',
  copies_too_much: 'copies more than a session may hold',
  into_itself: 'lies within what is to be moved',
  leaves_no_session: 'the patch leaves no session',
  not_pointer: 'is not a JSON Pointer',
  removes_all: 'cannot be removed: it is the whole session',
  inherited: 'must not lead through {name}',
  not_position: 'is not a position in the list',
  beyond_end: 'lies beyond the end of the list',
  does_not_exist: 'does not exist',

  // What is wrong with a request
  body_needed: 'a JSON body is needed',
  body_too_large: 'the body is larger than {bytes} bytes',
  body_encoded: 'the body must come as it is, without a content encoding',
  body_of_wrong_type: 'the content type must be {types}, in UTF-8',
  body_repeats: 'the body names {name} twice in one object',
  body_not_json: 'the body is not JSON: {why}',
  body_not_utf8: 'the body is not JSON: it is not UTF-8',
  body_broke_off: 'The body broke off.',
  body_not_schedule: 'The body must be a schedule file.',
  not_page_key: 'is not a key that this list has answered',
  not_cursor: 'is not a cursor that this feed has answered',
  not_side: "must be 'mine' or 'theirs' where one side deleted the session",
  headers_too_long: 'The address and the headers are too long.',
  request_too_slow: 'The request took too long to arrive.',
  not_http: 'This is not an HTTP request.',
  one_host: 'the request must name one Host',
  other_name: 'This server is not known by that name.',
  other_site: 'Other sites may not use this server.',
  no_address: 'There is nothing at this address.',
  open_printed_address: 'Open the address that was printed when Offstage started.',
  many_requests: 'This key may make {n} requests a minute.',
  many_streams: 'This hub has as many open change feeds as it can: ask without one.',
  feed_expired: 'What changed since this cursor cannot be told any more: begin anew.',
  in_log_as: 'The fault is in the log under {id}.',
  in_log: 'Something failed inside; the log has more.',
  no_engine: 'The part of Offstage that keeps your data does not answer.',

  // What is not there, or may not be
  no_session: 'There is no such session.',
  no_abstract: 'There is no such abstract.',
  no_event: 'There is no such event.',
  no_contact: 'There is no such contact.',
  no_tenant: 'There is no such tenant here.',
  no_kind: 'There is no such kind.',
  no_kind_of: 'There is no such kind; the kinds are {kinds}.',
  no_format: 'There is no such format; the formats are {formats}.',
  no_room: 'There is no such room.',
  pdf_unwritten: 'The PDF was not saved: {why}',
  part_of_calendar: 'Only a calendar (ics) can be of one room or speaker.',
  no_item: 'It is not in the catalog.',
  no_backup: 'There is no such backup.',
  no_headquarters: 'This tenant has no headquarters to sync with.',
  nothing_to_decide: 'There is nothing to decide about this session.',
  nothing_to_answer: 'Nothing waits for this answer.',
  nothing_to_undo: 'There is nothing to undo.',
  nothing_to_redo: 'There is nothing to redo.',
  key_needed: 'This needs an API key that is known here.',
  role_needed: 'This needs the role {needed}; the key has the role {role}.',
  admin_needed: 'Only an admin changes the catalog.',
  admin_needed_to_change: 'To change what is in the catalog needs the role admin; the key has the role {role}.',
  locked: 'The session is locked.',
  locked_but_for_admin: 'The session is locked; an admin can unlock it by a patch of sys_locked alone.',
  newer_version: 'The session is at version {version} by now.',
  changed_since: 'The session has changed since: look again, and decide.',
  has_registrations: 'There are registrations for this session.',
  referred_to: 'Sessions or other records refer to it.',
  hub_has_it: 'The hub has it, too.',
  made_already: 'There is a session of this abstract already; allow_duplicates makes another.',
  of_another_event: 'Its id is that of a session of another event.',
  session_too_large: 'the session would be larger than {bytes} bytes',
  setting_too_large: 'This setting is too large.',
  tenant_full: 'This tenant may have {n} sessions and has them.',
  disk_full: 'There is no room left on the disk: nothing was saved. What was saved before can still be read.',
  data_damaged: 'The data file is damaged. The settings offer the newest good copy, and so does the next start.',
  data_damaged_here: 'The data file is damaged: the app says what can be done.',
  data_unreadable: 'The data cannot be read at present.',

  // What was not done, of many things at once
  none_changed: 'Nothing was changed. “{name}”: {why}',
  none_removed: 'Nothing was taken out of the catalog. “{name}”: {why}',
  none_undone: 'Nothing was undone. “{name}”: {why}',
  none_redone: 'Nothing was done again. “{name}”: {why}',
  and_more: '{reason} And {n} more.',
  of_one: '“{name}”: {why}',
  event_goes_over: 'The event {event} cannot go over to another headquarters: {why}',
  event_stays: 'The event cannot be removed here: {why}',
  events_stay: 'The events cannot be removed here: {why}',
  one_waits: 'One session waits to be sent or settled first.',
  several_wait: '{n} sessions wait to be sent or settled first.',

  // Files
  file_empty: 'The file is empty.',
  file_no_schedule: 'The file is neither schedule XML nor schedule JSON.',
  file_too_large: 'The file is too large: {size} MB; at most {most} MiB are read.',
  file_utf16: 'The file is in UTF-16; save it as UTF-8.',
  file_not_utf8: 'The file is not UTF-8 text; save it as UTF-8.',
  xml_no_schedule: 'The file is XML, but no schedule: it begins with <{name}>.',
  json_no_schedule: 'The file is JSON, but no schedule: it has no member schedule.conference.',
  xml_fault: 'The file is not valid XML: line {line}, column {column}: {why}',
  json_fault: 'The file is not valid JSON: {why}',
  file_levels: 'The file is nested more than {most} levels deep; no schedule is.',
  file_elements_deep: 'The file is nested more than {most} elements deep; no schedule is.',
  file_elements: 'The file has more than {most} elements; no schedule has.',
  file_days: 'The file has more than {most} days; no schedule has.',
  file_people: 'The file has more than {most} people; no schedule has.',
  file_events: 'The file has more than {most} events; no schedule has.',
  file_rooms: 'The file has more than {most} rooms or tracks; no schedule has.',
  file_rows: 'The file has more than {most} rows; no schedule has.',
  schedule_no_event: 'The schedule names no event: its conference has neither acronym nor title.',
  csv_no_rows: 'The file has headers, and no row below them.',
  csv_too_large: 'The file is too large: at most {most} MiB are read.',
  csv_no_text: 'The file is no text: save the spreadsheet as CSV first.',
  csv_no_zone: 'There is no time zone "{zone}"; one is Europe/Brussels.',
  csv_no_name: 'The event needs a name.',
  csv_no_titles: 'Say which column holds the titles: nothing is taken without one.',

  // What of a file was not taken
  day_or_month: 'could be day/month or month/day; they are taken as day/month',
  same_row: 'is the same session as row {row}: it has its id or code',
  same_event: 'is in the file already, with the same guid or id',
  unfit_id: 'has an id that no session can have, "{id}"',
  no_title: 'has no title',
  open_quote: 'has a quote that is never closed: it and everything after it is left out',
  more_cells: 'has more cells than there are headers: those are left out; a text with a separator in it needs quotes',
  unread_capacity: 'has a capacity that is no number, "{text}": left out',
  unread_cell: 'has something under "{header}" that is not understood, "{text}": left out',
  day_without_time: 'has a day and no time: taken as not scheduled',
  without_start: 'has no start: taken as not scheduled',
  unread_start: 'has a start that is not understood, "{text}": taken as not scheduled',
  ends_before: 'ends before it begins, "{text}": taken without an end',
  unread_end: 'has an end that is not understood, "{text}": taken without an end',
  without_duration: 'has no duration: taken without an end',
  unread_duration: 'has a duration that is not understood, "{text}": taken without an end',
  without_zone: 'names no time zone; its times are taken as UTC',
  unknown_zone: 'names the time zone "{zone}", which is not known here; its times are taken as UTC',
  without_zone_at: 'names no time zone; its times are kept and shown at their offset, {offset}',
  unknown_zone_at:
    'names the time zone "{zone}", which is not known here; its times are kept and shown at their offset, {offset}',
  unknown_part: 'a part of the schedule that is not known',
  unknown_day_part: 'a part of a day that is not known',
  unknown_room_part: 'a part of a room that is not known',
  nameless: 'has no name',
  no_object: 'is no object',
  events_no_list: 'its events are no list',
  event_no_object: 'holds an event that is no object',
  disallowed_character: 'a character that XML does not allow',
  more_skipped: '{n} more parts were skipped',
  hidden: 'is hidden from the schedule',
  unscheduled: 'has no start',

  // Where it stands
  in_file: 'the file',
  in_dates: 'the dates',
  in_conference: 'the conference',
  in_part: '{name}',
  in_day: 'a day',
  in_day_part: 'day {day}, {name}',
  in_room_part: 'room {room}, {name}',
  in_day_room: 'day {day}, room {room}',
  in_person_of: 'a person of "{title}"',
  in_line: 'line {line}, column {column}',
  in_row: 'row {row}',
  in_row_of: 'row {row}, "{title}"',
  in_session: 'session "{name}"',
  in_item: '{kinds} "{id}"',
  in_event: 'event{names}',
  in_room_event: 'room {room}, event{names}',
  in_day_event: 'day {day}, event{names}',
  in_day_room_event: 'day {day}, room {room}, event{names}',

  // Headquarters, and the way there
  unreachable: 'The server cannot be reached: {why}.',
  network_slow: 'it takes too long to answer',
  network_none: 'there is no connection',
  network_none_code: 'there is no connection ({code})',
  network_certificate: 'its certificate cannot be trusted ({code})',
  network_tls: 'it does not answer by https ({code})',
  network_refused: 'nobody answers at that address',
  network_no_name: 'no server of that name is known',
  network_no_name_now: 'no server of that name is known just now',
  network_no_way: 'there is no way to it from this network',
  network_broke_off: 'the connection broke off',
  network_sign_in: 'requests are sent to another address, as a network does that wants a sign-in first',
  answer_broke_off: "The server's answer broke off.",
  answer_too_large: "The server's answer is larger than {bytes} bytes.",
  answer_closed: 'The server does not keep its answer open.',
  answer_not_api: 'The server answered with something else than the Sessions API.',
  answer_not_feed: 'The server answered with something else than a change feed.',
  answer_of_another: "Headquarters' answer is about another session.",
  answer_not_whole: "Headquarters' answer holds only a part of a session.",
  feed_not_json: 'The change feed holds what is no JSON.',
  feed_too_large: 'An event of the change feed is too large.',
  feed_stuck: 'The change feed does not get on.',
  feed_ended: 'The change feed ended.',
  listing_without_ids: "Headquarters' answer cannot be used. It lists sessions without an id.",
  listing_repeats: "Headquarters' answer cannot be used. Its listing repeats a page key: it would never end.",
  listing_endless: "Headquarters' answer cannot be used. Its listing goes on and on without a session.",
  one_for_another: "Headquarters' answer cannot be used. It answers one session for another.",
  search_repeats: "Headquarters' answer cannot be used. Its search repeats a page key.",
  key_may_not_change: 'Headquarters does not let this key change sessions.',
  hidden_from_key: 'Headquarters does not show this session to this key.',
  one_of_many_alike:
    'Headquarters has {n} sessions just like this one, and any of them may be it. Send it again to make another, or discard it to go on with those.',
  limit_reached: "Headquarters' limit: {why}",
  sync_fault: 'The sync failed by a fault of its own; the log has more.',
  not_encrypted: '{url} is not encrypted; only https can be used to another machine.',
  key_not_sendable: 'The key holds a sign that no key can have.',
  password_in_address: 'An address must not hold a password.',
  not_web_address: '{text} is not an http or https address.',
  event_without_id: 'An event has an id.',
  tenant_without_id: 'A tenant has an id.',
  tenant_taken: 'The tenant {tenant} has a headquarters already.',
  tenant_elsewhere: 'This tenant is kept in step with {url}: disconnect it first.',
  given_at_start: 'This headquarters is given at the start, and cannot be disconnected here.',

  // What sync did
  changes_sent: 'Changes that were sent: {n}.',
  sessions_came: 'Sessions that came: {n}.',
  sessions_changed: 'Sessions that were changed at headquarters: {n}.',
  sessions_removed: 'Sessions that left, as they did at headquarters: {n}.',
  sessions_disagree: 'Sessions that were changed on both sides: {n}.',
  sends_again: 'Changes can be sent again.',
  reads_again: 'Headquarters can be read again.',
  paused: 'Paused.',
  resumed: 'Resumed.',
  may_be_overwritten:
    'A change at headquarters came in at the same moment as one of ours, and may have been overwritten.',
  refused_there: 'Headquarters refused a change: {why}',
  compares_anew: 'The hub was restored, or we were away for long: everything is compared anew.',
  double_goes: 'A session was at headquarters twice; the double goes.',
  stopped_removing: 'Headquarters lacks {n} sessions of an event: sync stopped removing, and asks.',
  items_unread: "{n} of the hub's {kinds} could not be read.",
  hub_stands: "The hub's {members} of {kinds} {id} stands; what was set here is in its history.",
  hub_refused_item: 'The hub refused {kinds} {id}: {why}',
  hub_takes_no_items: 'The hub takes no items of the catalog: {why}',

  // Backups
  file_exists: 'There is a file {file} already.',
  no_folder: 'There is no folder {folder}.',
  file_not_written: '{file} cannot be written.',
  no_file: 'There is no file {file}.',
  not_a_file: '{file} is not a file.',
  backup_too_large: '{file} is larger than Offstage takes.',
  backup_in_use: '{file} is in use, or was not closed: the newest changes are not in it.',
  backup_unsound: 'The file holds {what} that Offstage did not write.',
  backup_not_all: 'Not all of the file came.',
  file_not_taken: 'The file was not taken.',
  file_came_too_large: 'The file is larger than Offstage takes.',
  more_than_announced: 'More of the file came than was announced.',
  no_room_for_file: 'There is no room left on the disk for the file.',
  no_transfer: 'This file is no longer on its way.',
  many_transfers: 'Other files are on their way: wait until they are through.',
  restore_under_way: 'Another window is about to restore a copy.',
  restore_not_ready: 'What was to be restored is no longer ready.',
  backup_newer: '{file} cannot be used: a newer version of Offstage wrote it.',
  backup_strange: '{file} cannot be used: it does not hold what Offstage writes.',
  backup_foreign: '{file} cannot be used: it is not a file of Offstage’s.',
  backup_damaged: '{file} cannot be used: it is damaged or cut off.',

  // What an item of the catalog is called
  kind_events: 'event',
  kind_session_types: 'session type',
  kind_tracks: 'track',
  kind_rooms: 'room',
  kind_speaker_types: 'speaker type',
  kind_contacts: 'contact',
  kind_abstracts: 'abstract',
  kind_custom_fields: 'custom field',
  kind_registrations: 'registration',
} as const;

export type ReasonCode = keyof typeof reasonTexts;

/** What stands in a text for one of its names: text as it is, or reasons. */
export type ReasonValue = string | number | Reason | readonly Reason[];

/** Why something is as it is: a code of the table, and the values that its text names. */
export interface Reason {
  code: ReasonCode;
  values?: Readonly<Record<string, ReasonValue>>;
}

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type ValuesOf<Code extends ReasonCode> = Readonly<Record<NamesIn<(typeof reasonTexts)[Code]>, ReasonValue>>;

/** A reason of the table, with the values that its text names. */
export function because<Code extends ReasonCode>(
  code: Code,
  ...[values]: NamesIn<(typeof reasonTexts)[Code]> extends never ? [] : [values: ValuesOf<Code>]
): Reason {
  return values === undefined ? { code } : { code, values };
}

/** The English text of a reason. */
export function textOf({ code, values = {} }: Reason): string {
  return reasonTexts[code].replaceAll(/\{(\w+)\}/g, (_, name: string) => textOfValue(values[name] ?? ''));
}

function textOfValue(value: ReasonValue): string {
  if (typeof value !== 'object') return String(value);
  return isList(value) ? value.map(textOf).join('; ') : textOf(value);
}

export function isList(value: ReasonValue): value is readonly Reason[] {
  return Array.isArray(value);
}

/** Nobody gives reasons for reasons further than this. */
const MAX_DEPTH = 5;

/** Whether a value from outside is a reason of the table: a newer Offstage may know others. */
export function isReason(value: unknown, depth = 0): value is Reason {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  const { code, values = {} } = value as { code?: unknown; values?: unknown };
  if (typeof code !== 'string' || !Object.hasOwn(reasonTexts, code)) return false;
  if (typeof values !== 'object' || values === null) return false;
  const names = [...reasonTexts[code as ReasonCode].matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return names.every(
    (name) => Object.hasOwn(values, name) && isValue((values as Record<string, unknown>)[name], depth),
  );
}

function isValue(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'number') return true;
  return Array.isArray(value) ? value.every((item) => isReason(item, depth + 1)) : isReason(value, depth + 1);
}

/** What is told elsewhere with a message beside its reason: the reason where it is one of ours, else the message as somebody else's words. */
export function reasonOf({ message, because: known }: { message: string; because?: unknown }): Reason {
  return isReason(known) ? known : because('said', { text: message });
}
