// The inspector in a page of the site: it reads the page's own device, and keeps its log from page to page. Loaded by the
// element, so that importing that needs no page.
import { pageSource } from './page-source.ts';
import { InspectorView } from './view.ts';
import { loadLog, saveLog } from './visit-storage.ts';

interface Badge {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

export interface InspectorInPage {
  focus(): void;
  /** Saves the log and removes all listeners. */
  stop(): void;
}

export function showInspector(root: ShadowRoot, onClose: () => void): InspectorInPage {
  const abort = new AbortController();
  const view = new InspectorView(root, pageSource, { log: loadLog(), onClose, onShown: showBadge });
  addEventListener('pagehide', () => saveLog(view.log), { signal: abort.signal });
  return {
    focus: () => view.focus(),
    stop: () => {
      saveLog(view.log);
      view.stop();
      abort.abort();
      showBadge(0);
    },
  };
}

/** Shows the number of waiting spans on the installed app's icon, only while the inspector is open. */
function showBadge(waiting: number): void {
  const badge = navigator as Badge;
  const told = waiting > 0 ? badge.setAppBadge?.(waiting) : badge.clearAppBadge?.();
  told?.catch(() => {});
}
