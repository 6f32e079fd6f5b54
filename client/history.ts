// Detects navigation within a document if the browser has no Navigation API (Firefox before 147, Safari before 26.2).
// Loaded only there.

/** Calls `move` on each navigation until `signal` is aborted. pushState and replaceState have no event. */
export function watchHistory(move: () => void, signal: AbortSignal): void {
  window.addEventListener('popstate', move, { capture: true, signal });
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    const telling: typeof original = (...change) => {
      original.apply(history, change);
      move();
    };
    history[name] = telling;
    // Unless another script has wrapped it since.
    signal.addEventListener('abort', () => {
      if (history[name] === telling) history[name] = original;
    });
  }
}
