// What benches load a server with: beats, and exports of all sessions.
import autocannon from 'autocannon';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';

/** One span that grows, or a new one with each beat. */
export type Beats = 'growing span' | 'new span';

export interface Measured {
  /** Acknowledgements a second. */
  readonly rate: number;
  readonly p99Ms: number;
}

interface BeatLoad {
  readonly url: string;
  /** Those that beat, in turn. */
  readonly sessions: readonly string[];
  readonly beats: Beats;
  readonly connections: number;
  readonly seconds: number;
}

/** @throws if a beat isn't acknowledged. */
export async function loadWithBeats({ url, sessions, beats, connections, seconds }: BeatLoad): Promise<Measured> {
  const began = Date.now();
  let client = 0;
  let count = 0;
  const { requests, latency, non2xx, errors } = await autocannon({
    url: url + HEARTBEAT_PATH,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    setupClient: (connection) => {
      const session = sessions[client++ % sessions.length] ?? '';
      const say = (): void => {
        const now = Date.now();
        const id = beats === 'new span' ? `${began}-${count++}` : `${began}`;
        const start = beats === 'new span' ? now - 1 : began - 1;
        const span = { id, session, page: '/portfolio/confidential/four-minutes/', start, end: now };
        connection.setBody(JSON.stringify({ sentAt: now, spans: [span] }));
      };
      say();
      connection.on('response', say);
    },
  });
  if (non2xx > 0 || errors > 0) throw new Error(`${url}: ${non2xx} answers weren't 200, ${errors} errors`);
  return { rate: requests.average, p99Ms: latency.p99 };
}

/** Exports all sessions, again and again, until it is stopped. Then it rejects. */
export async function exportUntil(url: string, ownerToken: string, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${ownerToken}` };
  while (!signal.aborted) {
    const response = await fetch(`${url}/api/sessions.ndjson`, { headers, signal });
    for await (const _ of response.body ?? []);
  }
}
