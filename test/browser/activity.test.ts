// What keeps a reader present, in a real browser: input, a click into a frame, a film; and what does not.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import type { SessionHeartbeat } from '../../client/heartbeat-element.ts';
import { it } from '../helpers/browser-test.ts';
import { passGate } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const IDLE_MS = 2_500;
const HALF_MS = IDLE_MS / 2;
/** The server's reckoning of the device's clock gets better with each delivery, and moves what comes later. */
const SHIFT_MS = 100;
const ATTRIBUTES = `tick="250" idle-after="${IDLE_MS}"`;
/** Sound of a minute, silent: 8 bit, 4 kHz. */
const SOUND = Buffer.concat([
  Buffer.from('RIFF'),
  Buffer.from(new Uint32Array([36 + 240_000]).buffer),
  Buffer.from('WAVEfmt '),
  Buffer.from(new Uint32Array([16]).buffer),
  Buffer.from(new Uint16Array([1, 1]).buffer),
  Buffer.from(new Uint32Array([4_000, 4_000]).buffer),
  Buffer.from(new Uint16Array([1, 8]).buffer),
  Buffer.from('data'),
  Buffer.from(new Uint32Array([240_000]).buffer),
  Buffer.alloc(240_000, 128),
]);

async function isReading(page: Page): Promise<boolean | undefined> {
  return page.evaluate(
    () => document.querySelector<SessionHeartbeat>('session-heartbeat')?.heartbeat?.status().isReading,
  );
}

/** Waits for the reader to count as gone; resolves with the end of the one span that there is. */
async function endOfReading(page: Page, server: StillhereServer, id: string): Promise<number> {
  await until(async () => (await isReading(page)) === false);
  return until(async () => {
    const { spans } = await server.session(id);
    const [span] = spans;
    return (
      spans.length === 1 &&
      span &&
      Date.parse(span.end) - Date.parse(span.start) > IDLE_MS - SHIFT_MS &&
      Date.parse(span.end)
    );
  });
}

describe.concurrent('a reader', () => {
  it('who does nothing is gone after the time allowed, and back with the first touch', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', ATTRIBUTES) });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await endOfReading(page, server, id);
    const { spans } = await server.session(id);
    expect(Date.parse(spans[0]?.end ?? '') - Date.parse(spans[0]?.start ?? '')).toBeLessThan(IDLE_MS + SHIFT_MS);

    const touchedAt = Date.now();
    await page.mouse.move(50, 50);

    const second = await until(async () => (await server.session(id)).spans[1]);
    expect(Math.abs(Date.parse(second.start) - touchedAt)).toBeLessThan(500);
  });

  it('who clicks into a frame of another site has not left, and the time allowed begins anew', async ({
    serve,
    device,
  }) => {
    const frame = '<iframe id="frame" width="300" height="300"></iframe>';
    const server = await serve({ [READ]: readPage(frame, ATTRIBUTES), '/frame/': '<p>A film' });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await page.$eval(
      '#frame',
      (element, url) => element.setAttribute('src', url),
      `http://127.0.0.1:${server.port}/frame/`,
    );
    await until(() => page.frames().some((one) => one.url().endsWith('/frame/')));
    await elapsed(HALF_MS);
    const clickedAt = Date.now();
    await page.click('#frame');
    await until(() => page.evaluate(() => document.activeElement?.id === 'frame'));

    const end = await endOfReading(page, server, id);
    expect(Math.abs(end - clickedAt - IDLE_MS)).toBeLessThan(500);
  });

  it('is there while a sound plays, and while a film plays in a window of its own', async ({ serve, device }) => {
    const body = '<button id="play">Play</button><audio src="/sound.wav"></audio><video muted></video>';
    const server = await serve({ [READ]: readPage(body, ATTRIBUTES), '/sound.wav': SOUND });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      const [audio, video] = [document.querySelector('audio'), document.querySelector('video')];
      setInterval(() => canvas.getContext('2d')?.fillRect(Math.random() * 100, 0, 9, 9), 50);
      document.querySelector('#play')?.addEventListener('click', () => {
        if (!video || !audio) return;
        video.srcObject = canvas.captureStream(20);
        void Promise.all([audio.play(), video.play()]).then(() => video.requestPictureInPicture());
      });
    });
    await page.click('#play');
    await until(() => page.evaluate(() => document.pictureInPictureElement));
    for (const element of ['audio', 'video'] as const) {
      // One of the two plays at a time.
      await page.evaluate((one) => document.querySelector(one === 'audio' ? 'video' : 'audio')?.pause(), element);
      await elapsed(2 * IDLE_MS);
      expect(await isReading(page)).toBe(true);
      await page.evaluate(() => document.querySelector('video')?.play());
    }
    const pausedAt = Date.now();
    await page.evaluate(() => document.querySelectorAll('video').forEach((film) => film.pause()));

    const end = await endOfReading(page, server, id);
    expect(Math.abs(end - pausedAt - IDLE_MS)).toBeLessThan(1_500);
  });

  it('is not kept there by what plays in a loop, scrolls by itself or is dispatched by a script', async ({
    serve,
    device,
  }) => {
    const server = await serve({
      [READ]: readPage('<audio src="/sound.wav" loop></audio>', ATTRIBUTES),
      '/sound.wav': SOUND,
    });
    const page = await device.newPage();
    await page.evaluateOnNewDocument(() => {
      setInterval(() => dispatchEvent(new Event('scroll')), 100);
    });
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    const beganAt = Date.now();
    await page.$eval('audio', (audio) => {
      audio.muted = true;
      void audio.play();
    });
    await until(() => page.$eval('audio', (audio) => audio.currentTime > 0));

    expect((await endOfReading(page, server, id)) - beganAt).toBeLessThan(2 * IDLE_MS);
  });
});
