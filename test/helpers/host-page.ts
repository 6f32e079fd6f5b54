// The host page from its owner's perspective: errors in its handlers, and the heartbeat's status.
import type { Page } from 'puppeteer-core';
import type { SessionHeartbeat } from '../../client/element.ts';
import type { HeartbeatStatus } from '../../client/heartbeat.ts';
import type { Device } from './chromium.ts';

/**
 * A new page, and everything that its error handlers would hear of.
 * @param cripple runs before the page's own scripts.
 */
export async function openAndListen(device: Device, cripple?: () => void): Promise<{ page: Page; heard: string[] }> {
  const page = await device.newPage();
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  await page.exposeFunction('hear', (what: string) => heard.push(what));
  await page.evaluateOnNewDocument(() => {
    const hear = (what: string): void => (window as unknown as { hear: (what: string) => void }).hear(what);
    addEventListener('error', (event) => hear(`error: ${event.message}`));
    addEventListener('unhandledrejection', (event) => hear(`unhandled: ${String(event.reason)}`));
    const { error } = console;
    console.error = (...all: unknown[]) => {
      hear(`console: ${all.join(' ')}`);
      error(...all);
    };
  });
  if (cripple) await page.evaluateOnNewDocument(cripple);
  return { page, heard };
}

export async function readStatus(page: Page): Promise<HeartbeatStatus | undefined> {
  return page.evaluate(() => document.querySelector<SessionHeartbeat>('session-heartbeat')?.heartbeat?.status());
}

/** By the page's clock, epoch milliseconds: on a busy machine a test comes to know of it later. */
export interface LoadTimes {
  /** The reader still saw the page before it. */
  readonly beganAt: number;
  /** Its own scripts had run. */
  readonly readyAt: number;
}

export async function readLoadTimes(page: Page): Promise<LoadTimes> {
  return page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const { timeOrigin } = performance;
    return { beganAt: timeOrigin, readyAt: timeOrigin + (navigation?.domContentLoadedEventEnd ?? 0) };
  });
}
