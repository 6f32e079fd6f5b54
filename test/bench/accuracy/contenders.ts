// The three contenders, and the site that has a page of each: this project; a page with the original script; and the
// original script with Workbox's background sync behind it. All long intervals are divided by one factor.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGISTER_WORKBOX, writeWorkboxWorker } from '../workbox-worker.ts';

export type Contender = 'ours' | 'beats' | 'workbox';
export const CONTENDERS: readonly Contender[] = ['ours', 'beats', 'workbox'];

/** A minute of the scenarios takes 3 seconds. */
export const FACTOR = 20;
export const INTERVAL_MS = 180_000 / FACTOR;
export const TICK_MS = 5_000 / FACTOR;
export const IDLE_AFTER_MS = 300_000 / FACTOR;

/** Milliseconds of the run for minutes of the scenario. */
export const minutes = (count: number): number => (count * 60_000) / FACTOR;

const OURS = `<script type="module" src="/stillhere.js"></script>
<session-heartbeat interval="${INTERVAL_MS}" tick="${TICK_MS}" idle-after="${IDLE_AFTER_MS}"></session-heartbeat>`;
/** As a server puts it in: early, and the element with the page's last bytes. */
const OURS_EARLY = OURS.replace('src=', 'async data-stillhere-start src=').split('\n');
const OURS_ELSEWHERE = `<script type="module" src="/stillhere.js"></script>
<session-heartbeat deliver-only></session-heartbeat>`;

/** As the original script, with its gaps closed that cost nothing: no beats while hidden, none for a prerendered page. */
const BEATS = `<script>
  const beat = () => void fetch('/api/session-heartbeat', { method: 'POST', credentials: 'same-origin' }).catch(() => {});
  let timer;
  const follow = () => {
    clearInterval(timer);
    if (document.visibilityState !== 'visible') return;
    beat();
    timer = setInterval(beat, ${INTERVAL_MS});
  };
  document.addEventListener('visibilitychange', follow);
  addEventListener('beforeunload', () => navigator.sendBeacon('/api/session-heartbeat'));
  follow();
</script>`;

const HEADS: Readonly<Record<Contender, { readonly read: string; readonly elsewhere: string }>> = {
  ours: { read: OURS, elsewhere: OURS_ELSEWHERE },
  beats: { read: BEATS, elsewhere: '' },
  workbox: { read: REGISTER_WORKBOX + BEATS, elsewhere: REGISTER_WORKBOX },
};

/** A page that moves with nobody there: slides, text, the focus, a selection, history. */
const MOVING = `<input id="a"><input id="b"><div id="slides" style="overflow: auto; width: 300px">
<div style="width: 90000px">slides</div></div><script>
  history.pushState(1, '', '#1');
  let n = 0;
  setInterval(() => {
    n++;
    slides.scrollBy(40, 0);
    scrollBy(0, n % 2 ? 5 : -5);
    (n % 2 ? a : b).focus();
    getSelection().selectAllChildren(n % 2 ? document.body : slides);
    history.go(n % 2 ? -1 : 1);
  }, 500);
</script>`;
const FRAME = '<iframe src="/framed/" style="position: fixed; inset: 0; width: 100%; height: 100%"></iframe>';

/** What comes at once of a page that comes slowly, ends here. */
export const REST = '<!-- the rest -->';

/** The paths that need access. */
export const PROTECT = CONTENDERS.map((contender) => `/${contender}/read/`).join();

/** Writes the site into a new folder, whose path it resolves with. */
export async function writeSite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-bench-'));
  for (const contender of CONTENDERS) {
    const { read, elsewhere } = HEADS[contender];
    const rules = JSON.stringify({ prerender: [{ urls: [`/${contender}/read/`], eagerness: 'immediate' }] });
    for (const page of ['read', 'read/two']) await writePage(folder, `${contender}/${page}`, read);
    await writePage(folder, `${contender}/read/moving`, read, MOVING);
    await writePage(folder, `${contender}/read/frame`, read, FRAME);
    const [early = read, late = ''] = contender === 'ours' ? OURS_EARLY : [];
    await writePage(folder, `${contender}/read/slow`, early, '', REST + late);
    await writePage(folder, `${contender}/home`, elsewhere);
    await writePage(folder, `${contender}/prerender`, `${elsewhere}<script type="speculationrules">${rules}</script>`);
  }
  await writePage(folder, 'away', '');
  await writePage(folder, 'framed', '');
  await writeWorkboxWorker(folder);
  return folder;
}

async function writePage(folder: string, path: string, head: string, first = '', last = ''): Promise<void> {
  await mkdir(join(folder, path), { recursive: true });
  const text = '<p>A long page to read.</p>'.repeat(200);
  await writeFile(
    join(folder, path, 'index.html'),
    `<!doctype html><title>${path}</title>${head}${first}${text}${last}`,
  );
}
