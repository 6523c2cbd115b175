import { useSessionRoute } from '../../composables/use-session-route.ts';
import { useBoard, ZOOM_PX_PER_HOUR } from '../../stores/board.ts';
import { useScreenCommands, type Command } from '../../stores/commands.ts';
import { useDays } from '../../stores/days.ts';
import { usePreferences } from '../../stores/preferences.ts';

/** What can be done with the board as a whole, each with its key. */
export function useBoardCommands({ find, showNow }: { find: () => void; showNow: () => void }) {
  const board = useBoard();
  const days = useDays();
  const preferences = usePreferences();
  const { openNew } = useSessionRoute();

  async function zoom(by: 1 | -1): Promise<void> {
    const to = board.view.zoom + by;
    if (to >= 0 && to < ZOOM_PX_PER_HOUR.length) await board.save({ zoom: to });
  }

  function goToDay(by: 1 | -1): void {
    const at = days.list.findIndex(({ date }) => date === days.current?.date);
    const next = days.list[at + by];
    if (next !== undefined) days.choose(next.date);
  }

  const command = (id: string, titleKey: string, keys: string[], run: () => unknown): Command => ({
    id,
    titleKey,
    keys,
    groupKey: 'screens.schedule',
    run,
  });

  useScreenCommands([
    command('newSession', 'commands.newSession', ['N'], async () => await openNew()),
    command('boardFind', 'schedule.filter.text', ['Mod+F'], find),
    command('boardNow', 'schedule.view.now', ['T'], showNow),
    command('boardPreviousDay', 'schedule.view.previousDay', ['['], () => goToDay(-1)),
    command('boardNextDay', 'schedule.view.nextDay', [']'], () => goToDay(1)),
    command('boardLarger', 'schedule.view.larger', ['+'], async () => await zoom(1)),
    command('boardSmaller', 'schedule.view.smaller', ['-'], async () => await zoom(-1)),
    command(
      'boardTurned',
      'schedule.view.turned',
      ['R'],
      async () => await board.save({ isTurned: !board.view.isTurned }),
    ),
    command('boardCompact', 'schedule.view.compact', ['C'], async () => {
      await preferences.save({ compact: !preferences.current.compact });
    }),
    command('boardTray', 'schedule.tray.title', ['U'], async () => await board.save({ isTrayOpen: !board.isTrayOpen })),
  ]);
}
