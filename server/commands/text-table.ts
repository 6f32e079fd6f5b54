// Tables for a terminal. No control character of the record reaches it. Pure.
import { replaceUnsafeCharacters } from '../http/unsafe-characters.ts';

/** Lines of a table, the headings first. Cells are never cut. */
export function textTable(rows: readonly (readonly string[])[]): readonly string[] {
  const safe = rows.map((row) => row.map(replaceUnsafeCharacters));
  const widths: number[] = [];
  for (const row of safe)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return safe.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** In the time zone of the machine. */
export function localTime(time: string | number): string {
  return new Date(time).toLocaleString('sv-SE');
}

/** Hours, minutes and seconds. @param ms null: not known. */
export function duration(ms: number | null): string {
  if (ms === null) return 'unknown';
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
