import { createCalendar, destroyCalendar, Interaction, ResourceTimeGrid } from '@event-calendar/core';
import '@event-calendar/core/index.css';

import { NO_TRACK_TONE, trackTone } from '../../../../renderer/styles/track-tones.ts';
import type { EventInHand } from '../host-in-hand.ts';
import { offerToRunner } from './drive.ts';

let options: Record<string, unknown> = {};
let calendar: unknown;

offerToRunner({
  prepare(day) {
    options = optionsFor(day);
  },
  async open() {
    calendar = createCalendar(document.querySelector('#app'), [ResourceTimeGrid, Interaction], options);
  },
  close() {
    destroyCalendar(calendar);
  },
  blocks: () => [...document.querySelectorAll<HTMLElement>('.ec-event')],
});

/** The same day, rooms, hours, width of a room and height of an hour, with titles, speakers and colours ready made. */
function optionsFor({ event, sessions, catalog }: EventInHand): Record<string, unknown> {
  const wall = new Intl.DateTimeFormat('sv', { timeZone: event.time_zone, dateStyle: 'short', timeStyle: 'medium' });
  const at = (text: string | undefined): string => wall.format(new Date(text ?? 0)).replace(' ', 'T');
  const tracks = new Map((catalog['tracks'] as { id: string }[]).map((track) => [track.id, trackTone(track)]));
  return {
    view: 'resourceTimeGridDay',
    date: event.start_date,
    height: '900px',
    headerToolbar: { start: '', center: '', end: '' },
    allDaySlot: false,
    slotDuration: '00:30',
    snapDuration: '00:05',
    slotHeight: 54,
    slotMinTime: '08:00:00',
    slotMaxTime: '20:00:00',
    columnWidth: '148px',
    editable: true,
    resources: (catalog['rooms'] as { id: string; name: string }[]).map(({ id, name }) => ({ id, title: name })),
    events: sessions.map((session) => ({
      id: session.id,
      resourceIds: session.room_ids,
      start: at(session.start_date),
      end: at(session.end_date),
      title: `${session.name} ${(session.speakers ?? []).map(({ name }) => name ?? '').join(', ')}`,
      backgroundColor: (tracks.get(session.track_ids?.[0] ?? '') ?? NO_TRACK_TONE).soft,
      textColor: 'black',
    })),
  };
}
