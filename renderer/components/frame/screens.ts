import { CalendarClock, FileText, LayoutGrid, RefreshCw, Settings, Table2, Users } from 'lucide-vue-next';

/** The screens in the order of the rail, with the command that opens each. */
export const screens = [
  { name: 'now', icon: CalendarClock, command: 'goNow' },
  { name: 'schedule', icon: LayoutGrid, command: 'goSchedule' },
  { name: 'sessions', icon: Table2, command: 'goSessions' },
  { name: 'abstracts', icon: FileText, command: 'goAbstracts' },
  { name: 'people', icon: Users, command: 'goPeople' },
  { name: 'sync', icon: RefreshCw, command: 'goSync' },
  { name: 'settings', icon: Settings, command: 'goSettings' },
] as const;
