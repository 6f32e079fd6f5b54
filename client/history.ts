// A page's moves within its document, where the browser has no Navigation API (Firefox before 147, Safari before 26.2). Loaded
// there only.

/** Calls `move` for each of them until `signal` is aborted. There is no event for pushState and replaceState. */
export function watchHistory(move: () => void, signal: AbortSignal): void {
  window.addEventListener('popstate', move, { capture: true, signal });
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    const telling: typeof original = (...change) => {
      original.apply(history, change);
      move();
    };
    history[name] = telling;
    // Unless another script has put its own over it.
    signal.addEventListener('abort', () => {
      if (history[name] === telling) history[name] = original;
    });
  }
}
