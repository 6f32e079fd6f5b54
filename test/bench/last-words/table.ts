// The table of the last word, in Markdown.
import type { Engine } from './desk.ts';
import type { Verdict } from './verdict.ts';
import { EXITS, type Exit } from './visit.ts';

/** The visits that ended in one way. */
export interface Cell {
  readonly engine: Engine;
  readonly exit: Exit;
  readonly isUp: boolean;
  /** Without coming home; only where the server was up. */
  readonly atOnce: Verdict[];
  /** After coming home. */
  readonly later: { readonly verdict: Verdict; readonly offMs: number }[];
  failures: number;
}

/** A row for each engine and exit, the server up and down side by side. Returns whether nothing was worse than the last tick. */
export function printTable(cells: readonly Cell[], times: number): boolean {
  let isFine = true;
  console.info(`\n${new Date().toISOString().slice(0, 10)}, ${times} visits a cell\n`);
  console.info('| engine | exit | up: at once | up: home again | down: home again | furthest off |');
  console.info('| --- | --- | --- | --- | --- | --- |');
  for (const { engine, exit, ...up } of cells.filter(({ isUp }) => isUp)) {
    const down = cells.find((cell) => cell.engine === engine && cell.exit === exit && !cell.isUp);
    const [upLater, downLater] = [up.later, down?.later ?? []].map((later) => later.map(({ verdict }) => verdict));
    const offs = [...up.later, ...(down?.later ?? [])].map(({ offMs }) => Math.abs(offMs));
    const worst = `${(Math.max(0, ...offs) / 1_000).toFixed(2)} s`;
    console.info(`| ${[engine, EXITS[exit], ...[up.atOnce, upLater, downLater].map(counts), worst].join(' | ')} |`);
    const failures = up.failures + (down?.failures ?? 0);
    if (failures > 0) console.info(`${engine}, ${exit}: ${failures} broke off`);
    if (failures > 0 || [upLater, downLater].flat().some(isShort)) isFine = false;
  }
  return isFine;
}

function isShort(verdict: Verdict | undefined): boolean {
  return verdict === 'lost' || verdict === 'beyond';
}

/** Like `9 exact, 1 last tick`. */
function counts(verdicts: readonly Verdict[] = []): string {
  const names: readonly (readonly [Verdict, string])[] = [
    ['exact', 'exact'],
    ['ticked', 'last tick'],
    ['lost', 'lost'],
    ['beyond', 'BEYOND'],
  ];
  return names
    .map(([verdict, name]) => `${verdicts.filter((found) => found === verdict).length} ${name}`)
    .filter((count) => !count.startsWith('0 '))
    .join(', ');
}
