// Whether a compressed body would pay: bytes saved, and the time it takes the device and the server.
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import type { Page } from 'puppeteer-core';
import { median } from '../table.ts';
import { makeSpans } from './queued.ts';

const REPEATS = 50;

/** Prints a row for each size of a delivery. */
export async function printCompression(page: Page): Promise<void> {
  console.info('\n| spans | bytes | gzip | compressing | inflating | saved at 1 Mbit/s up | at 50 kbit/s |');
  console.info('| --- | --- | --- | --- | --- | --- | --- |');
  for (const count of [1, 20, 200]) {
    const spans = makeSpans(['Zk3uXq0d9T2m4Vb7cW8yLA'], count);
    const body = JSON.stringify({ sentAt: Date.now(), spans });
    const { base64, compressMs } = await page.evaluate(compress, body, REPEATS);
    const compressed = Buffer.from(base64, 'base64');
    const inflateMs = Array.from({ length: REPEATS }, () => {
      const beganAt = performance.now();
      if (gunzipSync(compressed).toString() !== body) throw new Error('The body did not survive');
      return performance.now() - beganAt;
    });
    const saved = (kilobits: number): string => `${(((body.length - compressed.length) * 8) / kilobits).toFixed(1)} ms`;
    const cells = [count, body.length, compressed.length, `${median(compressMs).toFixed(2)} ms`];
    console.info(`| ${[...cells, `${median(inflateMs).toFixed(2)} ms`, saved(1_000), saved(50)].join(' | ')} |`);
  }
}

/** Runs in the page. */
async function compress(body: string, repeats: number): Promise<{ base64: string; compressMs: number[] }> {
  const compressMs: number[] = [];
  let bytes = new Uint8Array();
  for (let nth = 0; nth < repeats; nth++) {
    const beganAt = performance.now();
    const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
    bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    compressMs.push(performance.now() - beganAt);
  }
  return { base64: btoa(String.fromCharCode(...bytes)), compressMs };
}
