// Describes the state of the device, each fact in a few words. Pure.
import { type Pause, waitMs } from '../../sw/channel/backoff.ts';
import { formatBytes, formatCount, formatShort, formatTime } from '../ui/format.ts';
import { offlineUntil } from './simulate-offline.ts';
import type { Snapshot } from './snapshot.ts';
import type { VisitLog } from './visit-log.ts';
import { isBeingRead } from './why-waiting.ts';

/** `isBad`: a problem that needs attention. */
export interface Fact {
  readonly title: string;
  readonly text: string;
  readonly isBad?: boolean;
}

/** The summary at the top. */
export function summarize(snapshot: Snapshot, waitingCount: number): string {
  const { storage, waiting, refused, pause, at } = snapshot;
  if (isWithoutStillhere(snapshot) && waitingCount === 0)
    return 'This page has no heartbeat, and this site has stored nothing here. Open a page that has <session-heartbeat>, or add it to this one.';
  const until = offlineUntil(pause, at);
  // What is being read goes with the next beat: on a page where all is well, nothing is stuck.
  const beingRead = pause ? 0 : waiting.filter((row) => isBeingRead(row, at)).length;
  const stuck = waitingCount - beingRead;
  const parts = [
    until && `Offline for show until ${formatTime(until, at)}.`,
    storage.mode === 'denied' && 'The browser denies storage, so reading is kept in memory only.',
    beingRead > 0 && 'What is being read now goes with the next beat.',
    stuck > 0 && `${formatCount(stuck, 'span waits', 'spans wait')} for a receipt.`,
    waitingCount === 0 && `Nothing waits${refused.length > 0 ? '' : ': all reading is stored on the server'}.`,
    !until && stuck > 0 && pause && waitMs(pause, 'beat', at) > 0 && sayNextTry(pause, at),
    refused.length > 0 && `${formatCount(refused.length, 'span was', 'spans were')} refused.`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** No part of Stillhere has run on this site: there is no heartbeat, no queue, and no worker that has its version. */
function isWithoutStillhere({ heartbeat, storage, workers }: Snapshot): boolean {
  return !heartbeat && storage.mode === 'empty' && workers.every(({ version }) => version === undefined);
}

function sayNextTry({ cause, until }: Pause, now: number): string {
  return cause === 'denied' ? 'Next try: when a page opens.' : `Next try: ${formatTime(until, now)}.`;
}

export function listFacts(snapshot: Snapshot, log: VisitLog): readonly Fact[] {
  const { expired } = snapshot;
  return [
    { title: 'This page', text: describePage(snapshot) },
    describeWorkers(snapshot),
    { title: 'Background Sync', text: describeSync(snapshot) },
    describeStorage(snapshot),
    { title: 'Clock of this device', text: describeClock(log) },
    ...(expired > 0 ? [{ title: 'Dropped after a week', text: formatCount(expired, 'span'), isBad: true }] : []),
  ];
}

function describePage({ heartbeat }: Snapshot): string {
  if (!heartbeat) return 'only delivers, or has no heartbeat';
  if (!heartbeat.hasSession) return 'no session: nothing is counted';
  return heartbeat.isReading ? 'is being read' : 'not being read: hidden or idle';
}

function describeWorkers({ workers, workerSupport }: Snapshot): Fact {
  const title = 'Worker';
  if (workerSupport === 'none') return { title, text: 'none: not available here', isBad: true };
  if (workers.length === 0) return { title, text: 'none: the page delivers by itself', isBad: true };
  const text = workers.map(({ state, version }) => `${NAMES[state]}, ${version ?? 'version unknown'}`).join('; ');
  return { title, text };
}

const NAMES: Readonly<Record<ServiceWorkerState, string>> = {
  parsed: 'installing',
  installing: 'installing',
  installed: 'waiting',
  activating: 'activating',
  activated: 'active',
  redundant: 'replaced',
};

function describeSync({ sync: { isSupported, tags } }: Snapshot): string {
  if (!isSupported) return 'not in this browser';
  const names = tags.map((tag) => tag.replace('workbox-background-sync:', ''));
  return names.length > 0 ? `requested: ${names.join(', ')}` : 'ready, not requested';
}

function describeStorage({ storage: { mode, reason, isPersistent, usedBytes, quotaBytes } }: Snapshot): Fact {
  const title = 'Storage';
  if (mode === 'denied') return { title, text: `denied (${reason})`, isBad: true };
  if (mode === 'memory') return { title, text: 'full or refused: in memory only', isBad: true };
  const parts = [
    mode === 'empty' ? 'nothing kept yet' : 'kept',
    usedBytes !== undefined && quotaBytes !== undefined && `${formatBytes(usedBytes)} of ${formatBytes(quotaBytes)}`,
    isPersistent !== undefined && (isPersistent ? 'persistent' : 'may be evicted'),
  ];
  return { title, text: parts.filter(Boolean).join(', ') };
}

function describeClock({ clock }: VisitLog): string {
  if (!clock) return 'unknown until the next receipt';
  const { aheadMs, doubtMs } = clock;
  if (Math.abs(aheadMs) <= doubtMs + 1) return `same as the server’s, ± ${formatShort(doubtMs)}`;
  return `${formatShort(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead' : 'behind'}, ± ${formatShort(doubtMs)}`;
}
