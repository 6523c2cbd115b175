import Aura from '@primeuix/themes/aura';
import Column from 'primevue/column';
import PrimeVue from 'primevue/config';
import DataTable from 'primevue/datatable';
import InputText from 'primevue/inputtext';
import { createApp, h, nextTick, shallowRef, type App } from 'vue';

import { offerToRunner } from './drive.ts';
import { makeEvent } from './event-in-hand.ts';

const { sessions, rooms, tracks, types } = makeEvent();

const namesOf = (items: readonly { id: string; name: string }[]) => {
  const names = new Map(items.map(({ id, name }) => [id, name]));
  return (ids: readonly string[] = []): string => ids.map((id) => names.get(id) ?? id).join(', ');
};
const [roomNames, trackNames, typeNames] = [namesOf(rooms), namesOf(tracks), namesOf(types)];

/** Rows with the texts that it searches and sorts by ready made: it is not charged for what it cannot do by itself. */
const rows = sessions.map((session) => ({
  id: session.id,
  name: session.name,
  code: session.code,
  startMs: Date.parse(session.start_date!),
  endMs: Date.parse(session.end_date!),
  rooms: roomNames(session.room_ids),
  tracks: trackNames(session.track_ids),
  type: typeNames([session.type_id]),
  speakers: session.speakers!.map(({ name }) => name).join(', '),
  registrations: session.registrations,
}));
type Row = (typeof rows)[number];

const dateTime = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'Europe/Berlin',
});
const columns: { field: keyof Row; width: number; text?: (row: Row) => string }[] = [
  { field: 'name', width: 320 },
  { field: 'code', width: 90 },
  { field: 'startMs', width: 176, text: ({ startMs }) => dateTime.format(startMs) },
  { field: 'endMs', width: 90, text: ({ endMs }) => dateTime.format(endMs) },
  { field: 'rooms', width: 150 },
  { field: 'tracks', width: 150 },
  { field: 'type', width: 110 },
  { field: 'speakers', width: 200 },
  { field: 'registrations', width: 110 },
];

let app: App | undefined;
const filters = shallowRef({ global: { value: '', matchMode: 'contains' } });
const selection = shallowRef<Row[]>([]);
const isShown = shallowRef(false);

offerToRunner({
  async open() {
    isShown.value = true;
    await nextTick();
    // It measures its viewport first, and draws its rows after that.
    while (document.querySelector('tbody tr td') === null)
      await new Promise((resolve) => requestAnimationFrame(resolve));
    return document.querySelector<HTMLElement>('.p-virtualscroller')!;
  },
  close() {
    app?.unmount();
    prepare();
  },
  async type(text) {
    const input = document.querySelector<HTMLInputElement>('input[type="search"]')!;
    input.value = text;
    input.dispatchEvent(new Event('input'));
    await nextTick();
  },
});

function prepare(): void {
  isShown.value = false;
  filters.value = { global: { value: '', matchMode: 'contains' } };
  app = createApp(() => (isShown.value ? [search(), table()] : []));
  app.use(PrimeVue, { theme: { preset: Aura } });
  app.mount('#app');
}

function search() {
  return h(InputText, {
    type: 'search',
    modelValue: filters.value.global.value,
    onInput: (event: Event) =>
      (filters.value = { global: { value: (event.target as HTMLInputElement).value, matchMode: 'contains' } }),
  });
}

function table() {
  return h(
    DataTable,
    {
      value: rows,
      dataKey: 'id',
      scrollable: true,
      scrollHeight: '800px',
      virtualScrollerOptions: { itemSize: 34 },
      tableStyle: 'min-width: 1400px',
      sortField: 'startMs',
      sortOrder: 1,
      removableSort: true,
      resizableColumns: true,
      filters: filters.value,
      globalFilterFields: ['name', 'code', 'speakers', 'rooms'],
      selectionMode: 'multiple',
      selection: selection.value,
      'onUpdate:selection': (selected: Row[]) => (selection.value = selected),
    },
    () =>
      columns.map(({ field, width, text }) =>
        h(
          Column,
          {
            key: field,
            field,
            header: field,
            sortable: true,
            style: `width: ${width}px; height: 34px; padding: 0 8px; white-space: nowrap`,
          },
          text === undefined ? {} : { body: ({ data }: { data: Row }) => text(data) },
        ),
      ),
  );
}

prepare();
