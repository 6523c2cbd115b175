import { expect, test } from 'vitest';

import {
  readyFields,
  shownOf,
  theirsOf,
  withFailure,
  withMine,
  withRead,
  withSaved,
  withSent,
  withTyped,
  type DraftState,
} from '../../renderer/views/editor/draft-state.ts';
import { faultAt } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';

const saved = {
  id: 's',
  event_id: 'e',
  type_id: 't',
  name: 'Opening',
  start_date: '2026-09-17T09:00:00+02:00',
  end_date: '2026-09-17T10:00:00+02:00',
};
const there: DraftState = { saved, fields: {} };
const nothing: DraftState = { saved: undefined, fields: {} };

test('what is typed is shown over what is saved, and is no draft once it is the same again', () => {
  const typed = withTyped(there, { name: 'Closing', location: 'Lawn' });
  expect(shownOf(typed)).toEqual({ ...saved, name: 'Closing', location: 'Lawn' });
  expect(withTyped(typed, { name: 'Opening', location: undefined })).toEqual(there);
});

test('what is typed while a save is under way stays, on what is then saved', () => {
  const sent = withSent(withTyped(there, { name: 'Clos' }), ['name']);
  const state = withSaved(withTyped(sent, { name: 'Closing' }), { ...saved, name: 'Clos' });
  expect(state.fields).toEqual({ name: { value: 'Closing', base: 'Clos', state: 'typed' } });
  expect(readyFields(state)).toEqual(['name']);
});

test('what someone else saves meanwhile is told beside it and overwrites nothing, and is overwritten only if asked', () => {
  const typed = withTyped(there, { name: 'Closing' });
  const read = withRead(typed, { ...saved, name: 'Welcome', location: 'Lawn' });
  expect(shownOf(read)).toEqual({ ...saved, name: 'Closing', location: 'Lawn' });
  expect(theirsOf(read, 'name')).toEqual({ value: 'Welcome' });
  expect(readyFields(read)).toEqual([]);
  expect(readyFields(withMine(read, 'name'))).toEqual(['name']);
});

test('a draft that someone else has saved just so is settled', () => {
  expect(withRead(withTyped(there, { name: 'Closing' }), { ...saved, name: 'Closing' }).fields).toEqual({});
});

test('a field with a fault waits, and with it those that its rule looks at; others are saved', () => {
  const typed = withTyped(there, { name: '', location: 'Lawn', start_date: '2026-09-17T11:00:00+02:00' });
  expect(readyFields(typed)).toEqual(['location']);
  expect(readyFields(withTyped(typed, { end_date: '2026-09-17T12:00:00+02:00' }))).toEqual([
    'location',
    'start_date',
    'end_date',
  ]);
});

test('a refusal that names a field stands there, and the others are sent again without it', () => {
  const sent = withSent(withTyped(there, { name: 'Closing', location: 'Lawn' }), ['name', 'location']);
  const failed = withFailure(sent, {
    isAway: false,
    because: because('said', { text: 'no' }),
    faults: [faultAt('/location', because('said', { text: 'is closed' }))],
  });
  expect(failed.fields['location']).toEqual({
    value: 'Lawn',
    base: undefined,
    state: 'refused',
    why: [because('said', { text: 'is closed' })],
  });
  expect(readyFields(failed)).toEqual(['name']);
  expect(readyFields(withMine(failed, 'location'))).toEqual(['name', 'location']);
});

test('what an engine that is away did not take is sent again', () => {
  const sent = withSent(withTyped(there, { name: 'Closing' }), ['name']);
  const failed = withFailure(sent, { isAway: true, because: because('no_engine'), faults: [] });
  expect(failed.fields['name']?.state).toBe('away');
  expect(readyFields(failed)).toEqual(['name']);
});

test('a new session is saved whole, once nothing of it is wrong', () => {
  const begun = withTyped(nothing, { event_id: 'e', name: 'Closing' });
  expect(readyFields(begun)).toEqual([]);
  expect(readyFields(withTyped(begun, { type_id: 't' }))).toEqual(['event_id', 'name', 'type_id']);
});

test('a create whose first answer was lost keeps what was typed after it', () => {
  const sent = withSent(withTyped(nothing, { event_id: 'e', type_id: 't', name: 'Opening!' }), [
    'event_id',
    'type_id',
    'name',
  ]);
  const state = withSaved(sent, saved);
  expect(state.fields).toEqual({ name: { value: 'Opening!', base: 'Opening', state: 'typed' } });
});
