// When a person can see something of the page for the first time. Before that nothing is read, however long its bytes take.

/** Calls `begin` once; at once where the page has been painted already. */
export function afterFirstPaint(begin: () => void): void {
  let waiting: typeof begin | undefined = begin;
  const paint = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const { PerformanceObserver, requestAnimationFrame } = window as Partial<typeof window>;
  if (!requestAnimationFrame || performance.getEntriesByType('paint').length > 0) return paint();
  // The text of a page comes in parts: it may be painted long before it is whole.
  if (PerformanceObserver) new PerformanceObserver(paint).observe({ type: 'paint' });
  // Firefox reports no paint when it resists fingerprinting. A whole page gets a frame when it is drawn.
  const wait = (): void => void requestAnimationFrame(paint);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', wait);
  else wait();
}
