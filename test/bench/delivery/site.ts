// The pages that stand open while the queue leaves. They lie outside of the gate: the sessions are made beforehand, in the
// past, so that the queue can hold the reading of days.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGISTER_WORKBOX, writeWorkboxWorker } from '../workbox-worker.ts';

export const OURS = '/open/';
export const WORKBOX = '/workbox/';

/** Writes the site into a new folder, whose path it resolves with. */
export async function writeSite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-delivery-'));
  await writeWorkboxWorker(folder);
  const ours = `<script type="module" src="/stillhere.js"></script><session-heartbeat></session-heartbeat>`;
  for (const [path, head] of [
    [OURS, ours],
    [WORKBOX, REGISTER_WORKBOX],
  ] as const) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'index.html'), `<!doctype html><title>${path}</title>${head}<p>A page.</p>`);
  }
  return folder;
}
