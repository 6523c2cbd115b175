import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import type { DayPiece } from '../../../shared/schedule/schedule-days.ts';
import { speakerNamesOf } from '../../../shared/schedule/search-text.ts';
import { cellOf, timeCell, type Sheet, type SheetRow } from './sheet.ts';
import { nameCell, piecesOn, pieceTime, type SheetSource } from './sheet-source.ts';

/** A day as those who run it need it: room after room, every session in each of its rooms. */
export function daySheets(source: SheetSource): Sheet[] {
  const { chosenDays, rooms, words, isWhole } = source;
  return chosenDays.flatMap((day): Sheet[] => {
    const pieces = piecesOn(day, source);
    const inRooms = rooms.map(({ id, name }) => ({
      id,
      heading: name,
      pieces: pieces.filter(({ session }) => session.room_ids?.includes(id) === true),
    }));
    const homeless = isWhole ? pieces.filter(({ session }) => (session.room_ids ?? []).length === 0) : [];
    const groups = [...inRooms, { id: '', heading: words.noRoom, pieces: homeless }]
      .filter((group) => group.pieces.length > 0)
      .map(({ id, heading, pieces }) => ({
        id,
        heading,
        place: 'row' as const,
        rows: pieces.map((piece) => rowOf(piece, source)),
      }));
    if (groups.length === 0) return [];
    const { time, session, speakers, track } = words.columns;
    return [
      {
        id: day.date,
        title: words.fullDay(day.startMs),
        subtitle: '',
        form: 'list',
        isLandscape: false,
        columns: [
          { title: time, width: 16 },
          { title: session, width: 44 },
          { title: speakers, width: 24 },
          { title: track, width: 16 },
        ],
        groups,
      },
    ];
  });
}

function rowOf(piece: DayPiece<SessionSummary>, { names, words }: SheetSource): SheetRow {
  const { session } = piece;
  const tracks = (session.track_ids ?? []).map((id) => names.tracks.get(id) ?? id);
  return {
    id: session.id,
    cells: [
      timeCell(pieceTime(piece, words)),
      nameCell(session, words),
      cellOf({ text: speakerNamesOf(session, names.contacts).join(', '), tone: 'plain' }),
      cellOf({ text: tracks.join(', '), tone: 'faint' }),
    ],
  };
}
