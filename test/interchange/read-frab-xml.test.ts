import { describe, expect, test } from 'vitest';

import { importedSessionId } from '../../shared/base/ids.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { bytesOf } from '../support/schedule-files.ts';

const GUID = '0b0e4a4c-41c1-4a8e-9f0e-0f5a5d3c8a11';
const OTHER_GUID = '0b0e4a4c-41c1-4a8e-9f0e-0f5a5d3c8a12';

/** A schedule of one day, 28 March 2026 in Berlin, with these events in one room. */
function xmlOf(events: string, conference = '<time_zone_name>Europe/Berlin</time_zone_name>'): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
    <schedule>
      <version>v1</version>
      <conference><acronym>conf-2026</acronym><title>Conf</title>${conference}</conference>
      <day index="1" date="2026-03-28"><room name="Aula">${events}</room></day>
    </schedule>`;
}

const eventOf = (inner: string, attributes = `guid="${GUID}" id="7"`): string =>
  `<event ${attributes}>${inner}</event>`;

const TIMES = '<date>2026-03-28T10:00:00+01:00</date><start>10:00</start><duration>00:30</duration>';

const person = (attributes: string, name: string): string => `<person ${attributes}>${name}</person>`;
const spokenEvent = (at: number, persons: string): string =>
  eventOf(`<title>T</title>${TIMES}<persons>${persons}</persons>`, `id="${at}"`);

const read = (xml: string) => readSchedule(bytesOf(xml));
const fieldsOf = (xml: string) => read(xml).sessions.map(({ fields }) => fields);
const custom = (name: string, value: object) => ({ custom_field_id: `frab:${name}`, ...value });

describe('an event', () => {
  test('becomes a session with everything the file tells, and nothing else', () => {
    const { sessions, catalog, event, skipped } = read(
      xmlOf(
        eventOf(`
          <date>2026-03-28T10:00:00+01:00</date>
          <start>10:00</start>
          <duration>00:45</duration>
          <room>Aula</room>
          <slug>conf-2026-7-talk</slug>
          <url>https://conf.example/7</url>
          <title>Talk &amp; tea</title>
          <subtitle>with milk</subtitle>
          <track slug="food">Food</track>
          <type>lecture</type>
          <language>en</language>
          <abstract>&lt;p&gt;Short&lt;/p&gt;</abstract>
          <description><![CDATA[<p>Long &amp; <b>bold</b></p>]]></description>
          <logo>/logo.png</logo>
          <recording><license>CC BY</license><optout>true</optout></recording>
          <persons><person id="3" guid="${OTHER_GUID}">Ada</person><person>Grace</person></persons>
          <links><link href="https://a.example" type="web">A</link></links>
          <attachments><attachment href="https://a.example/s.pdf" type="slides">Slides</attachment></attachments>
          <feedback_url>https://conf.example/7/feedback</feedback_url>
          <video_download_url/>
          <room_hint floor="2">Left <em>door</em></room_hint>`),
      ),
    );
    const id = importedSessionId('conf-2026', GUID);
    expect(skipped).toEqual([]);
    expect(sessions).toEqual([
      {
        id,
        fields: {
          event_id: 'conf-2026',
          name: 'Talk & tea',
          type_id: 'type:lecture',
          track_ids: ['conf-2026:track:food'],
          room_ids: ['conf-2026:room:Aula'],
          speakers: [
            { contact_id: `conf-2026:person:guid-${OTHER_GUID}`, type_id: 'speaker-type:speaker~', name: 'Ada' },
            { contact_id: 'conf-2026:person:name-Grace', type_id: 'speaker-type:speaker~', name: 'Grace' },
          ],
          start_date: '2026-03-28T10:00:00+01:00',
          end_date: '2026-03-28T10:45:00+01:00',
          description: '<p>Long &amp; <b>bold</b></p>',
          custom_field_values: [
            custom('abstract', { string_value: '<p>Short</p>' }),
            custom('attachments', {
              table_value: [{ url: 'https://a.example/s.pdf', title: 'Slides', type: 'slides' }],
            }),
            custom('do_not_record', { boolean_value: true }),
            custom('feedback_url', { string_value: 'https://conf.example/7/feedback' }),
            custom('guid', { string_value: GUID }),
            custom('id', { numeric_value: 7 }),
            custom('language', { string_value: 'en' }),
            custom('links', { table_value: [{ url: 'https://a.example', title: 'A', type: 'web' }] }),
            custom('logo', { string_value: '/logo.png' }),
            custom('recording_license', { string_value: 'CC BY' }),
            custom('room_hint', {
              table_value: [{ '@floor': '2', em: 'door', '#text': 'Left' }],
              frab_shape: 'object',
            }),
            custom('slug', { string_value: 'conf-2026-7-talk' }),
            custom('subtitle', { string_value: 'with milk' }),
            custom('url', { string_value: 'https://conf.example/7' }),
          ],
          sys_external_id: id,
        },
      },
    ]);
    expect(catalog).toMatchObject({
      session_types: [{ id: 'type:lecture', name: 'lecture' }],
      tracks: [{ id: 'conf-2026:track:food', name: 'Food', frab: { slug: 'food' } }],
      rooms: [{ id: 'conf-2026:room:Aula', name: 'Aula' }],
      speaker_types: [{ id: 'speaker-type:speaker~', name: 'Speaker' }],
      contacts: [
        { id: `conf-2026:person:guid-${OTHER_GUID}`, name: 'Ada', frab: { guid: OTHER_GUID, id: 3 } },
        { id: 'conf-2026:person:name-Grace', name: 'Grace' },
      ],
    });
    expect(catalog.custom_fields?.find(({ id: field }) => field === 'frab:feedback_url')).toEqual({
      id: 'frab:feedback_url',
      name: 'Feedback URL',
      type: 'text',
      public: true,
    });
    expect(event).toEqual({
      id: 'conf-2026',
      name: 'Conf',
      time_zone: 'Europe/Berlin',
      start_date: '2026-03-28',
      end_date: '2026-03-28',
      frab: { version: 'v1', days: [{ index: 1, date: '2026-03-28', rooms: ['conf-2026:room:Aula'] }] },
    });
  });

  test.each([
    ['abstract only', '<abstract>A</abstract><description/>', 'A', []],
    ['description only', '<abstract/><description>D</description>', 'D', ['']],
    ['both', '<abstract>A</abstract><description>D</description>', 'D', ['A']],
    ['neither', '<abstract> </abstract>', undefined, []],
  ])('shows its text: %s', (_, texts, description, abstracts) => {
    const [fields] = fieldsOf(xmlOf(eventOf(`<title>T</title>${TIMES}${texts}`)));
    expect(fields?.description).toBe(description);
    const kept = (fields?.custom_field_values ?? []).filter((value) => value.custom_field_id === 'frab:abstract');
    expect(kept.map((value) => value.string_value)).toEqual(abstracts);
  });

  test('keeps HTML that was not escaped as it stands', () => {
    const html = '<p>Fish &amp; <b class="x">chips</b><br/></p>';
    const [fields] = fieldsOf(xmlOf(eventOf(`<title>T</title>${TIMES}<abstract>${html}</abstract>`)));
    expect(fields?.description).toBe(html);
  });

  test('without type, persons, track or guid still makes a session', () => {
    const [fields] = fieldsOf(xmlOf(eventOf(`<title>T</title>${TIMES}`, 'id="7"')));
    expect(fields).toMatchObject({
      type_id: 'type:session~',
      sys_external_id: importedSessionId('conf-2026', 'id:7'),
    });
  });

  test.each([
    ['id', 'id="7"', '', 'id:7'],
    ['code', 'code="ABCDEF"', '', 'code:ABCDEF'],
    ['slug', '', '<slug>s-1</slug>', 'slug:s-1'],
    ['title', '', '', 'title:T'],
  ])('without a guid goes by its %s', (_, attributes, inner, name) => {
    const [session] = read(xmlOf(eventOf(`<title>T</title>${TIMES}${inner}`, attributes))).sessions;
    expect(session?.id).toBe(importedSessionId('conf-2026', name));
  });

  test('has one id, whatever the case of its guid', () => {
    const upper = eventOf(`<title>T</title>${TIMES}`, `guid="${GUID.toUpperCase()}"`);
    expect(read(xmlOf(upper)).sessions[0]?.id).toBe(importedSessionId('conf-2026', GUID));
  });
});

describe('parts that cannot be used are skipped and told', () => {
  test('an event without a title, and one whose guid is in the file already', () => {
    const { sessions, skipped } = read(
      xmlOf(
        eventOf(TIMES, 'id="5"') +
          eventOf(`<title>First</title>${TIMES}`) +
          eventOf(`<title>Second</title>${TIMES}`, `guid="${GUID}" id="8"`),
      ),
    );
    expect(sessions.map(({ fields }) => fields.name)).toMatchObject(['First']);
    expect(skipped).toMatchObject([
      { where: 'day 1, room Aula, event id=5', reason: 'has no title' },
      {
        where: 'day 1, room Aula, event id=8 "Second"',
        reason: 'is in the file already, with the same guid or id',
      },
    ]);
  });

  test('persons without a name, parts nobody knows, and characters that XML does not allow', () => {
    const xml = xmlOf(eventOf(`<title>A\u0008B</title>${TIMES}<persons><person id="9"/></persons>`)).replace(
      '</schedule>',
      '<sponsors/></schedule>',
    );
    const { sessions, skipped } = read(xml);
    expect(sessions.map(({ fields }) => fields.name)).toMatchObject(['AB']);
    expect(skipped).toMatchObject([
      { where: expect.stringMatching(/^line 5, column \d+$/), reason: 'a character that XML does not allow' },
      { where: 'a person of "AB"', reason: 'has no name' },
      { where: '<sponsors>', reason: 'a part of the schedule that is not known' },
    ]);
  });

  test('of a file that is all wrong, a thousand parts are told and the rest counted', () => {
    const { skipped } = read(xmlOf(eventOf(TIMES).repeat(1500)));
    expect(skipped).toHaveLength(1001);
    expect(skipped.at(-1)).toMatchObject({ where: 'the file', reason: '500 more parts were skipped' });
  });
});

describe('rooms, tracks and people', () => {
  test('a room that stands twice is one; a room without events is kept', () => {
    const xml = xmlOf('').replace(
      '<room name="Aula"></room>',
      `<room name="Aula">${eventOf(`<title>A</title>${TIMES}`)}</room>
       <room name="Cellar" guid="${OTHER_GUID}"/>
       <room name=" Aula ">${eventOf(`<title>B</title>${TIMES}`, 'id="8"')}</room>`,
    );
    const { catalog, sessions } = read(xml);
    expect(catalog.rooms).toEqual([
      { id: `conf-2026:room:${OTHER_GUID}`, name: 'Cellar', frab: { guid: OTHER_GUID } },
      { id: 'conf-2026:room:Aula', name: 'Aula' },
    ]);
    expect(sessions.map(({ fields }) => fields.room_ids)).toEqual([['conf-2026:room:Aula'], ['conf-2026:room:Aula']]);
  });

  test('tracks stand in the conference, beside it, or only in events; names that ids cannot hold are slugged', () => {
    const xml = xmlOf(
      eventOf(`<title>T</title>${TIMES}<track>Öffentlich & rechtlich</track>`.replace('&', '&amp;')),
      '<track name="Web" slug="web" color="#112233"/>',
    ).replace('<day', '<tracks><track online_qa="true" slug="ai">Low-level AI</track></tracks><day');
    expect(read(xml).catalog.tracks).toEqual([
      { id: 'conf-2026:track:ai', name: 'Low-level AI', frab: { online_qa: 'true', slug: 'ai', 'offstage:order': 1 } },
      {
        id: expect.stringMatching(/^conf-2026:track:offentlich-rechtlich~[\da-f]{8}$/),
        name: 'Öffentlich & rechtlich',
      },
      { id: 'conf-2026:track:web', name: 'Web', color: '#112233', frab: { slug: 'web', 'offstage:order': 0 } },
    ]);
  });

  test('names that differ only in case or punctuation stay apart', () => {
    const events = ['talk', 'Talk', 'T.a-l_k', 'ta lk', 'ta-lk'].map((type, at) =>
      eventOf(`<title>T</title>${TIMES}<type>${type}</type>`, `id="${at + 1}"`),
    );
    expect(read(xmlOf(events.join(''))).catalog.session_types).toHaveLength(5);
  });

  test('a person is one by guid, id or name, and an id of 0 tells nobody apart', () => {
    const { catalog, sessions } = read(
      xmlOf(
        spokenEvent(1, person('id="1"', 'Ada') + person('id="0"', 'Grace') + person('id="0"', 'Lin')) +
          spokenEvent(2, person('id="1"', 'Ada Lovelace') + person('', 'Grace') + person('id="1"', 'Ada')),
      ),
    );
    expect(catalog.contacts?.map(({ id, name }) => [id, name])).toEqual([
      ['conf-2026:person:id-1', 'Ada'],
      ['conf-2026:person:name-Grace', 'Grace'],
      ['conf-2026:person:name-Lin', 'Lin'],
    ]);
    const spoken = sessions.map(({ fields }) => fields.speakers?.map(({ contact_id, name }) => [contact_id, name]));
    expect(spoken).toContainEqual([
      ['conf-2026:person:id-1', 'Ada Lovelace'],
      ['conf-2026:person:name-Grace', 'Grace'],
    ]);
  });

  test('events outside of a room or a day are read, too', () => {
    const xml = xmlOf('').replace(
      '</day>',
      `${eventOf(`<title>A</title>${TIMES}<room>Yard</room>`, 'id="1"')}</day>${eventOf(`<title>B</title>${TIMES}`, 'id="2"')}`,
    );
    expect(fieldsOf(xml).map(({ name, room_ids }) => [name, room_ids])).toEqual(
      expect.arrayContaining([
        ['A', ['conf-2026:room:Yard']],
        ['B', undefined],
      ]),
    );
  });
});

describe('the file', () => {
  test('may have a byte order mark, comments, prefixes, a DOCTYPE and its parts in any order', () => {
    const xml = `\ufeff<?xml version="1.0"?><!DOCTYPE schedule SYSTEM "schedule.dtd" [<!ENTITY x "y">]>
      <!-- made by hand --><s:schedule xmlns:s="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:noNamespaceSchemaLocation="https://c3voc.de/schedule/schema.xsd">
      <s:day index="1" date="2026-03-28"><s:room name="Aula">${eventOf(`<title>A<!-- no -->B</title>${TIMES}`)}</s:room></s:day>
      <s:conference><s:title>Conf</s:title><s:acronym>conf-2026</s:acronym></s:conference></s:schedule>`;
    expect(fieldsOf(xml).map(({ name }) => name)).toEqual(['AB']);
  });

  test('without an acronym goes by its title, and with neither it is refused', () => {
    const xml = xmlOf('');
    expect(read(xml.replace('<acronym>conf-2026</acronym>', '')).event).toMatchObject({ id: 'conf', name: 'Conf' });
    expect(read(xml.replace('<title>Conf</title>', '')).event).toMatchObject({ id: 'conf-2026', name: 'conf-2026' });
    expect(() => read('<schedule><conference/></schedule>')).toThrow('neither acronym nor title');
  });

  test('keeps what only it knows about the conference', () => {
    const { event } = read(
      xmlOf(
        '',
        '<city>Brussels</city><day_change>09:00:00</day_change><color primary="#fff000" background="#000000"/>',
      ),
    );
    expect(event['frab']).toMatchObject({
      city: 'Brussels',
      day_change: '09:00:00',
      colors: { primary: '#fff000', background: '#000000' },
    });
  });
});
