// The table, in Markdown: one row for each scenario, the contenders side by side, the worst and the mean below.
import { CONTENDERS, FACTOR, IDLE_AFTER_MS, INTERVAL_MS, TICK_MS } from './contenders.ts';
import { seconds, type Row } from './row.ts';

const off = (ms: number): string => (ms > 0 ? '+' : '') + seconds(ms);
const time = (ms: number | null): string => (ms === null ? 'none' : seconds(ms));

/** Prints what was measured, in seconds of the run. */
export function printTable(rows: readonly Row[], version: string): void {
  console.info(`\n${version}, ${new Date().toISOString().slice(0, 10)}. Seconds; long intervals divided by ${FACTOR}:`);
  console.info(
    `a beat every ${INTERVAL_MS / 1000}, a tick every ${TICK_MS / 1000}, idle after ${IDLE_AFTER_MS / 1000}.\n`,
  );
  const columns = CONTENDERS.flatMap((contender) => [`${contender}: end`, 'reading']);
  const lines = [['scenario', 'true end', 'true reading', ...columns]];
  lines.push(lines[0]?.map(() => '---') ?? []);
  for (const scenario of new Set(rows.map((row) => row.scenario))) {
    const own = rows.filter((row) => row.scenario === scenario);
    const [ours] = own;
    lines.push([
      scenario.title,
      time(ours?.trueEndMs ?? null),
      seconds(ours?.trueReadingMs ?? 0),
      ...own.flatMap((row) => [
        `${time(row.endMs)} (${off(row.endOffMs)})`,
        `${seconds(row.readingMs)} (${off(row.readingOffMs)})${row.note ? `, ${row.note}` : ''}`,
      ]),
    ]);
  }
  const sum = (title: string, of: (offs: readonly number[]) => number): void => {
    const cells = CONTENDERS.flatMap((contender) => {
      const own = rows.filter((row) => row.contender === contender);
      return [own.map((row) => Math.abs(row.endOffMs)), own.map((row) => Math.abs(row.readingOffMs))];
    });
    lines.push([title, '', '', ...cells.map((offs) => seconds(of(offs)))]);
  };
  sum('**worst**', (offs) => Math.max(...offs));
  sum('**mean**', (offs) => offs.reduce((total, ms) => total + ms, 0) / offs.length);
  for (const cells of lines) console.info(`| ${cells.join(' | ')} |`);
  const unseen = Math.max(...rows.filter(({ contender }) => contender === 'ours').map(({ unseenMs }) => unseenMs));
  console.info(`\nOurs: at most ${Math.round(unseen)} ms of a span in which the page can't have been visible.`);
}
