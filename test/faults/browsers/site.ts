// The site that is read in the schedules: two pages for each tab, one that only delivers, one that has nothing of ours. Each
// page has a witness in it that knows nothing of our code and says when it could be seen, where, and in which session.
import { READ, readPage, type SiteFiles } from '../../helpers/reading-site.ts';
import { INTERVAL_MS, MOST_TABS, TICKS_MS, type PageName } from './schedule.ts';

/** Here nothing is read; what waits is delivered. */
export const DELIVER_ONLY = '/open/';
export const ELSEWHERE = '/elsewhere/';

export function pagePath(tickMs: number, tab: number, page: PageName): string {
  return `${READ}${tickMs}/${tab}/${page}/`;
}

/** What a document can say from some moment on. Times are true, in epoch milliseconds, whatever its Date says. */
export interface Note {
  /** It became so after this, … */
  readonly sinceMs: number;
  /** … and by then every listener had heard of it, if the page lived on. */
  readonly atMs: number;
  readonly isVisible: boolean;
  readonly page: string;
  readonly session: string | null;
}

/** All that a document has seen. */
export interface Testimony {
  readonly document: string;
  readonly notes: readonly Note[];
}

/** Asks the page in a tab; null: it is none of ours. It has run all its scripts by then. */
export const ASK_WITNESS = `typeof witness === 'undefined' ? null : witness.tell()`;

/** What lies on the device: the rows of the database, and what has become of the worker. */
export const ASK_DEVICE = `(async () => {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('stillhere');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = reject;
  });
  const rows = {};
  for (const store of database.objectStoreNames)
    rows[store] = await new Promise((resolve) => {
      const reading = database.transaction(store).objectStore(store).getAll();
      reading.onsuccess = () => resolve(reading.result);
    });
  database.close();
  const registration = await navigator.serviceWorker.getRegistration();
  const workers = ['installing', 'waiting', 'active'].map((name) => name + ': ' + registration?.[name]?.state);
  const { held, pending } = await navigator.locks.query();
  return JSON.stringify({ rows, workers, locks: [held.length, pending.length] });
})()`;

const WITNESS = `<script>
  const witness = (() => {
    const now = () => performance.timeOrigin + performance.now();
    const notes = [];
    let sinceMs = now();
    // The listeners of an event follow each other, and each that reads the cookie asks another process: hundreds of
    // milliseconds on a busy machine. A message is a task of its own, after all of them.
    const heard = new MessageChannel();
    heard.port1.onmessage = ({ data }) => { notes[data].atMs = now(); };
    const look = (isEvent, isGone) => {
      const beganMs = now();
      const isVisible = !isGone && document.visibilityState === 'visible';
      const page = location.pathname;
      const session = document.cookie.match(/session_record_id=([^;]+)/)?.[1] ?? null;
      const atMs = now();
      const last = notes.at(-1);
      if (!last || last.isVisible !== isVisible || last.page !== page || last.session !== session) {
        notes.push({ sinceMs: isEvent ? beganMs : sinceMs, atMs, isVisible, page, session });
        heard.port2.postMessage(notes.length - 1);
      }
      sinceMs = atMs;
    };
    look(true);
    document.addEventListener('visibilitychange', () => look(true));
    addEventListener('pagehide', () => look(true, true));
    addEventListener('pageshow', () => look(true));
    const loaded = new Promise((resolve) => addEventListener('load', resolve));
    const name = Math.random().toString(36);
    return {
      go: (path) => { history.pushState(null, '', path); look(true); },
      tell: async () => { await loaded; look(); return { document: name, notes }; },
    };
  })();
</script>`;

export function siteFiles(): SiteFiles {
  const files: Record<string, string> = {
    [DELIVER_ONLY]: readPage('', 'deliver-only', WITNESS),
    [ELSEWHERE]: `<!doctype html><title>Elsewhere</title>${WITNESS}`,
  };
  for (const tickMs of TICKS_MS)
    for (let tab = 0; tab < MOST_TABS; tab++)
      for (const page of ['a', 'b'] as const)
        files[pagePath(tickMs, tab, page)] = readPage(
          page,
          `tick="${tickMs}" interval="${INTERVAL_MS}" idle-after="0"`,
          WITNESS,
        );
  return files;
}
