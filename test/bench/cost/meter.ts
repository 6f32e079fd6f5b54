// What a page's main thread and its browser's processes have cost so far: Chromium's own counters, and /proc.
import { readdirSync, readFileSync } from 'node:fs';
import { processTree } from '../../helpers/engines/process-tree.ts';
import type { ReadingTab } from './reading-tab.ts';

export interface Meter {
  /** The main thread did anything but obey this bench, on the processor. */
  readonly mainThreadMs: number;
  /** Changed pages of files, of all processes of the browser: what the disk gets. */
  readonly diskBytes: number;
  /** How often a thread of the browser went to sleep, and so was woken. */
  readonly wakeUps: number;
}

/** Counts from the first call on. */
export async function readMeter({ devtools, pid: root }: ReadingTab): Promise<Meter> {
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const ms = (name: string): number => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000;
  let [diskBytes, wakeUps] = [0, 0];
  for (const pid of processTree(root))
    try {
      diskBytes += field(`/proc/${pid}/io`, 'write_bytes');
      for (const task of readdirSync(`/proc/${pid}/task`))
        wakeUps += field(`/proc/${pid}/task/${task}/status`, 'voluntary_ctxt_switches');
    } catch {
      // It has ended meanwhile.
    }
  const mainThreadMs = ms('TaskDuration') - ms('DevToolsCommandDuration');
  return { mainThreadMs, diskBytes, wakeUps };
}

export function difference(before: Meter, after: Meter): Meter {
  return {
    mainThreadMs: after.mainThreadMs - before.mainThreadMs,
    diskBytes: after.diskBytes - before.diskBytes,
    wakeUps: after.wakeUps - before.wakeUps,
  };
}

function field(file: string, name: string): number {
  return Number(readFileSync(file, 'utf8').match(new RegExp(`^${name}:\\s*(\\d+)`, 'm'))?.[1] ?? 0);
}
