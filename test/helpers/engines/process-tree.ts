// A process and its descendants, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** The ids of the process and of its descendants, ancestors first. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root);
}

/** Sends the signal to each process of the tree. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  for (const pid of processTree(root))
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended meanwhile.
    }
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in brackets can contain anything, so the fields after it are read.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
