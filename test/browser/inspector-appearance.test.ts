// The inspector as it looks in each state of a device: no violation that axe finds, nothing that doesn't fit, at phone and desktop
// width, light and dark. With INSPECTOR_PICTURES=<folder> each one is written there, to be looked at.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import type { Device } from '../helpers/chromium.ts';
import type { FaultProxy } from '../helpers/fault-proxy.ts';
import { findMisfits } from '../helpers/find-misfits.ts';
import { layRows, makeRows, press, readInspector } from '../helpers/inspected-device.ts';
import { enter } from '../helpers/reader.ts';
import { READ } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const FOLDER = process.env['INSPECTOR_PICTURES'];
const WIDTHS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const SCHEMES = ['light', 'dark'] as const;

interface Finding {
  readonly id: string;
  readonly html: readonly string[];
}

async function look(page: Page, name: string): Promise<Finding[]> {
  const found = (await findMisfits(page)).map((id): Finding => ({ id, html: [] }));
  await page.evaluate(await readFile(AXE, 'utf8'));
  for (const [width, viewport] of Object.entries(WIDTHS))
    for (const scheme of SCHEMES) {
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      found.push(...(await findViolations(page)));
      if (!FOLDER) continue;
      await mkdir(FOLDER, { recursive: true });
      await page.screenshot({ path: join(FOLDER, `${name}-${width}-${scheme}.png`) });
    }
  return found;
}

async function findViolations(page: Page): Promise<Finding[]> {
  const { violations } = await page.evaluate(async (): Promise<AxeResults> => {
    const { axe } = window as unknown as { axe: { run(where: unknown, options: unknown): Promise<AxeResults> } };
    return axe.run(
      { fromShadowDom: ['heartbeat-inspector', '.panel'] },
      {
        resultTypes: ['violations'],
        rules: { 'target-size': { enabled: true } },
      },
    );
  });
  return violations.map(({ id, nodes }) => ({ id, html: nodes.map(({ html }) => html) }));
}

/** A reader's page with the inspector in it, once it shows something. */
async function openInspector(page: Page, url: string): Promise<void> {
  await page.goto(`${url}${READ}?heartbeat-inspector`);
  await until(async () => (await readInspector(page))?.facts['Storage']);
}

/** A page with so many rows that can't be delivered. */
async function fillQueue(device: Device, proxy: FaultProxy, count: number): Promise<Page> {
  const page = await device.newPage();
  const session = await enter(page, proxy.url);
  await until(() => proxy.seen.length > 0);
  await openInspector(page, proxy.url);
  await until(async () => (await readInspector(page))?.delivered.length);
  proxy.fault = 'captive-portal';
  await layRows(page, makeRows(count, session, Date.now() - 30_000));
  await press(page, 'Deliver now');
  await until(async () => (await readInspector(page))?.timeline.some(([, , , what]) => what?.includes('HTTP 200')));
  return page;
}

describe.concurrent('the inspector, looked at', () => {
  it('an empty queue', async ({ proxy, device }) => {
    const page = await device.newPage();
    await enter(page, proxy.url);
    await openInspector(page, proxy.url);
    await until(async () => (await readInspector(page))?.delivered.length);
    expect(await look(page, 'empty')).toEqual([]);
  });

  it('three rows', async ({ proxy, device }) => {
    const page = await fillQueue(device, proxy, 3);
    expect((await readInspector(page))?.waiting.length).toBeGreaterThanOrEqual(3);
    expect(await look(page, 'three')).toEqual([]);
  });

  it('500 rows', async ({ proxy, device }) => {
    const page = await fillQueue(device, proxy, 500);
    expect((await readInspector(page))?.waiting.length).toBeGreaterThanOrEqual(500);
    expect(await look(page, 'many')).toEqual([]);
  });

  it('a refused row', async ({ proxy, device }) => {
    const page = await device.newPage();
    await enter(page, proxy.url);
    await openInspector(page, proxy.url);
    await until(async () => (await readInspector(page))?.delivered.length);
    await layRows(page, makeRows(1, 'AAAAAAAAAAAAAAAAAAAAAA', Date.now() - 60_000));
    await press(page, 'Deliver now');
    const [row] = await until(async () => {
      const refused = (await readInspector(page))?.refused;
      return refused?.length && refused;
    });
    expect(row?.at(-1)).toBe('unknown-session');
    expect(await look(page, 'refused')).toEqual([]);
  });

  it('no worker', async ({ proxy, device }) => {
    const page = await device.newPageWithoutWorkers();
    await enter(page, proxy.url);
    await openInspector(page, proxy.url);
    await until(async () => (await readInspector(page))?.delivered.length);
    expect((await readInspector(page))?.facts['Worker']).toMatch(/^none/);
    expect(await look(page, 'no-worker')).toEqual([]);
  });

  it('storage denied', async ({ proxy, device }) => {
    const page = await device.newPage();
    await page.evaluateOnNewDocument(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('The user has blocked storage', 'SecurityError');
      };
    });
    await enter(page, proxy.url);
    proxy.fault = 'error-500';
    await openInspector(page, proxy.url);
    await until(async () => (await readInspector(page))?.waiting.length);
    expect((await readInspector(page))?.facts['Storage']).toMatch(/^denied/);
    expect(await look(page, 'denied')).toEqual([]);
  });
});
