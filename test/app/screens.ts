/** Every screen, as a person first sees it with the demonstration event. */
export const screens = [
  { name: 'now', path: '/now' },
  { name: 'schedule', path: '/schedule' },
  { name: 'sessions', path: '/sessions' },
  { name: 'abstracts', path: '/abstracts' },
  { name: 'people', path: '/people' },
  { name: 'sync', path: '/sync' },
  { name: 'print', path: '/print' },
  { name: 'settings', path: '/settings' },
  { name: 'welcome', path: '/welcome' },
] as const;
