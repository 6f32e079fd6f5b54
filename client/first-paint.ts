// Waits until the page is visible for the first time. Before that, nothing counts as reading, however long it loads.

/** Calls `begin` once; immediately if the page has been painted already. */
export function afterFirstPaint(begin: () => void): void {
  let waiting: typeof begin | undefined = begin;
  const paint = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const { PerformanceObserver, requestAnimationFrame } = window as Partial<typeof window>;
  if (!requestAnimationFrame || performance.getEntriesByType('paint').length > 0) return paint();
  // A page loads in parts and may be painted long before it is complete.
  if (PerformanceObserver) new PerformanceObserver(paint).observe({ type: 'paint' });
  // Firefox reports no paint while it resists fingerprinting. After loading, an animation frame means that the page is
  // drawn.
  const wait = (): void => void requestAnimationFrame(paint);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', wait);
  else wait();
}
