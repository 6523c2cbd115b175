import { speakerNamesOf } from '../../../shared/schedule/search-text.ts';
import { cellOf, cut, timeCell, type Sheet } from './sheet.ts';
import { piecesOn, pieceTime, type SheetSource } from './sheet-source.ts';

/** What hangs at the doors: for each room and day the day's sessions in large type. */
export function doorSheets(source: SheetSource): Sheet[] {
  const { chosenDays, rooms, names, words } = source;
  return chosenDays.flatMap((day) => {
    const pieces = piecesOn(day, source);
    return rooms.flatMap(({ id, name }): Sheet[] => {
      const rows = pieces
        .filter(({ session }) => session.room_ids?.includes(id) === true)
        .map((piece) => ({
          id: piece.session.id,
          cells: [
            timeCell(pieceTime(piece, words)),
            cellOf(
              { text: piece.session.name, tone: 'strong' },
              { text: speakerNamesOf(piece.session, names.contacts).join(', '), tone: 'plain' },
            ),
          ],
        }));
      if (rows.length === 0) return [];
      return [
        {
          id: `${day.date}/${id}`,
          title: cut(name, 80),
          subtitle: words.fullDay(day.startMs),
          form: 'door',
          isLandscape: false,
          columns: [{ title: '' }, { title: '' }],
          groups: [{ id, heading: '', place: 'none', rows }],
        },
      ];
    });
  });
}
