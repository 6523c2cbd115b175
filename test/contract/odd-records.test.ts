import { describe, expect, test } from 'vitest';

import { at, minimal, openFace, outcomeOf } from '../support/http-face.ts';
import { plantSession, TENANT } from '../support/test-service.ts';

describe('records that headquarters wrote otherwise', () => {
  test.each<[string, Record<string, unknown>]>([
    ['null', { speakers: null, custom_field_values: null, track_ids: null, code: null }],
    ['text', { speakers: 'private', custom_field_values: 'private', capacity_options: 'private', track_ids: 'odd' }],
    [
      'lists of anything',
      {
        speakers: [null, 1, 'private', ['private']],
        custom_field_values: [null, 1, 'private'],
        capacity_options: ['private'],
        room_ids: [null, {}],
      },
    ],
    [
      'objects',
      {
        speakers: { private: 1 },
        custom_field_values: { 'private-field': 'private' },
        registration_question_options: ['private'],
      },
    ],
    ['nothing', { speakers: [{}], custom_field_values: [{}] }],
  ])('%s where a list should be: every operation answers, and the public sees none of it', async (_, odd) => {
    const face = await openFace();
    await plantSession(face.store, { ...minimal, ...odd, id: 'hq' });
    const answers = [
      await face.send({ path: at('hq') }),
      await face.send({ path: `/sessions/${TENANT}/event/e1` }),
      await face.send({ path: `/sessions/${TENANT}/privileges/hq/ada` }),
      await face.send({
        method: 'POST',
        path: `/sessions/${TENANT}/search`,
        body: { event_id: 'e1', speakers: ['ada'], track_ids: ['x'] },
      }),
      await face.send({ method: 'PATCH', path: at('hq'), body: [{ op: 'replace', path: '/name', value: 'Renamed' }] }),
    ];
    expect(answers.map(outcomeOf)).toEqual([200, 200, 200, 200, 200]);
    expect(JSON.parse(answers[4]?.text ?? '')).toMatchObject({ ...odd, name: 'Renamed' });
    expect(JSON.parse(answers[2]?.text ?? '')).toEqual({
      can_manage_documents: false,
      can_edit_session: false,
      can_update_speaker_profile: false,
    });
    for (const shown of [
      await face.send({ as: 'nobody', path: `/sessions/${TENANT}/public/hq` }),
      await face.send({ as: 'nobody', path: `/sessions/${TENANT}/public/event/e1` }),
      await face.send({
        as: 'nobody',
        method: 'POST',
        path: `/sessions/${TENANT}/public/search`,
        body: { event_id: 'e1' },
      }),
    ]) {
      expect(outcomeOf(shown)).toBe(200);
      expect(shown.text).toContain('Renamed');
      expect(shown.text).not.toContain('private');
    }
  });

  test('a speaker without a type is not the main presenter of a session that names no type', async () => {
    const face = await openFace();
    const speakers = [{ contact_id: 'ada', type_id: 'main' }, { contact_id: 'grace' }];
    await plantSession(face.store, { ...minimal, id: 'hq', speakers });
    const answer = await face.send({ path: `/sessions/${TENANT}/privileges/hq/grace` });
    expect(JSON.parse(answer.text)).toMatchObject({ can_edit_session: false, can_update_speaker_profile: true });
  });
});
