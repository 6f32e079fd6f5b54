// What keeps a reader present, in a real browser: input, a click into a frame, a film; and what does not.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { passGate } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import type { SessionDetail, StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const IDLE_MS = 4_000;
const HALF_MS = IDLE_MS / 2;
/** So long what the test itself does at the gate counts as a click to the page. */
const PASSED_GATE_MS = 5_000;
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

/** Plays a picture that changes, without sound. */
const CANVAS = `<canvas width="64" height="64"></canvas><script>
  function play(film) {
    const canvas = document.querySelector('canvas');
    setInterval(() => canvas.getContext('2d').fillRect(Math.random() * 64, 0, 9, 9), 50);
    film.srcObject = canvas.captureStream(20);
    void film.play();
  }
</script>`;
/** Counts what happens, to be sure that it does. */
const every = (act: string): string => `<script>
  window.happened = 0;
  setInterval(() => { happened++; ${act} }, 100);
</script>`;
const SLIDES = '<div id="slides" style="overflow: auto; width: 300px"><div style="width: 90000px">slides</div></div>';
const TALL = '<div style="height: 90000px">text</div>';
const NOBODY_CLICKS = "new PointerEvent('pointerdown', { bubbles: true })";

/** Pages that move with nobody there. */
const BY_ITSELF: Readonly<Record<string, string>> = {
  'slides scroll': SLIDES + every('slides.scrollBy(40, 0);'),
  'the text scrolls': TALL + every('scrollBy(0, 5);'),
  'the focus moves': `<input id="a"><input id="b">${every('(happened % 2 ? a : b).focus();')}`,
  'the focus moves into a frame and out of it': `<input id="a"><iframe id="b" srcdoc="text"></iframe>${every('(happened % 2 ? a : b).focus();')}`,
  'text is selected': `<p id="text">some words</p>${every('getSelection().selectAllChildren(happened % 2 ? text : document.body);')}`,
  // A step that is asked for before the last one was taken would lead on, to the page before this one.
  'history goes back and forth': `<script>
    window.isThere = true;
    addEventListener('popstate', () => { isThere = true; });
  </script>${every(`
    if (happened === 1) history.pushState(1, '', '#1');
    else if (isThere) { isThere = false; history.go(history.state ? -1 : 1); }
  `)}`,
  'a silent film starts anew again and again': `<video muted></video>${CANVAS}<script>play(document.querySelector('video'))</script>${every("if (happened % 5 === 0) play(document.querySelector('video'));")}`,
  'a sound plays in an endless loop': `<audio loop muted autoplay src="/sound.wav"></audio>${every('')}`,
  'events are dispatched': every(`document.body.dispatchEvent(${NOBODY_CLICKS}); dispatchEvent(new Event('scroll'));`),
};

/** Not by `page.evaluate`, which counts as a click to the page. */
async function ask(page: Page, expression: string): Promise<unknown> {
  const devtools = await page.createCDPSession();
  const { result } = await devtools.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  await devtools.detach();
  return result.value;
}

const HEARTBEAT = "document.querySelector('session-heartbeat').heartbeat";

function isReading(page: Page): Promise<unknown> {
  return ask(page, `${HEARTBEAT}.status().isReading`);
}

/** Waits for the reader to count as gone, and for all that was read to be delivered; resolves with the session. */
async function sessionAfterReading(page: Page, server: StillhereServer, id: string): Promise<SessionDetail> {
  await until(async () => (await isReading(page)) === false);
  await ask(page, `${HEARTBEAT}.deliver()`);
  return server.session(id);
}

/**
 * As {@link sessionAfterReading}; resolves with the end of the last span, which must have begun by `sinceMs`. An earlier span is fine:
 * a slow machine may take longer than {@link IDLE_MS} from the gate to what the test does.
 */
async function endOfReading(page: Page, server: StillhereServer, id: string, sinceMs: number): Promise<number> {
  const last = (await sessionAfterReading(page, server, id)).spans.at(-1);
  expect(Date.parse(last?.start ?? '')).toBeLessThan(sinceMs + SHIFT_MS);
  return Date.parse(last?.end ?? '');
}

/** Has the page note, by its clock, when it last got a trusted event of this type: {@link lastAt} tells. */
async function noteEvents(page: Page, type: string, target = 'window'): Promise<void> {
  await ask(page, `${target}.addEventListener('${type}', () => { top.lastAt = Date.now(); }, { capture: true }); 1`);
}

/**
 * By the page's clock, because on a busy machine an event reaches the page seconds after the test sends it: the compositor confirms
 * a turn of the wheel before the page's own thread knows of it. So it waits for one that came at or after `sentAt`.
 */
async function lastAt(page: Page, sentAt: number): Promise<number> {
  return Number(await until(() => ask(page, `window.lastAt >= ${sentAt} && window.lastAt`)));
}

describe.concurrent('a reader', () => {
  it('who does nothing is gone after the time allowed, and back with the first touch', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', ATTRIBUTES) });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await until(async () => (await server.session(id)).spans.length === 1);
    const { spans } = await sessionAfterReading(page, server, id);
    expect(spans).toHaveLength(1);
    expect(Date.parse(spans[0]?.end ?? '') - Date.parse(spans[0]?.start ?? '')).toBeLessThan(IDLE_MS + SHIFT_MS);

    await noteEvents(page, 'mousemove');
    const movedAt = Date.now();
    await page.mouse.move(50, 50);

    const second = await until(async () => (await server.session(id)).spans[1]);
    expect(Math.abs(Date.parse(second.start) - (await lastAt(page, movedAt)))).toBeLessThan(500);
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
    await noteEvents(page, 'blur');
    await page.mouse.move(5, 5);
    await elapsed(HALF_MS);
    const sentAt = Date.now();
    await page.click('#frame');
    const clickedAt = await lastAt(page, sentAt);

    const end = await endOfReading(page, server, id, clickedAt);
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
    const playedAt = await page.evaluate(() => Date.now());
    for (const element of ['audio', 'video'] as const) {
      // One of the two plays at a time.
      await page.evaluate((one) => document.querySelector(one === 'audio' ? 'video' : 'audio')?.pause(), element);
      await elapsed(2 * IDLE_MS);
      expect(await isReading(page)).toBe(true);
      await page.evaluate(() => document.querySelector('video')?.play());
    }
    const pausedAt = await page.evaluate(() => {
      document.querySelectorAll('video').forEach((film) => film.pause());
      return Date.now();
    });

    const end = await endOfReading(page, server, id, playedAt);
    expect(Math.abs(end - pausedAt - IDLE_MS)).toBeLessThan(1_500);
  });

  it.for(Object.entries(BY_ITSELF))('is not kept there by a page in which %s', async ([, body], { serve, device }) => {
    const server = await serve({ [READ]: readPage(body, ATTRIBUTES), '/sound.wav': SOUND });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await until(async () => Number(await ask(page, 'happened')) > 50);

    const { readingTimeMs } = await sessionAfterReading(page, server, id);
    expect(readingTimeMs).toBeLessThan(PASSED_GATE_MS + IDLE_MS + HALF_MS);
  });

  it('is not kept there by a page that reloads itself', async ({ serve, device }) => {
    const reload = '<script>setTimeout(() => location.reload(), 700)</script>';
    const server = await serve({ [READ]: readPage(reload, ATTRIBUTES) });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await elapsed(4 * IDLE_MS);

    // On a busy machine a document that was read may be told of late: settled is what stays the same.
    const { readingTimeMs } = await until(async () => {
      const { spans } = await server.session(id);
      await elapsed(2 * IDLE_MS);
      const later = await server.session(id);
      return later.spans.at(-1)?.start === spans.at(-1)?.start && later;
    }, 60_000);
    // Until its documents are loaded nothing can be told: on a slow machine that is most of the time.
    expect(readingTimeMs).toBeGreaterThan(0);
    expect(readingTimeMs).toBeLessThan(2 * IDLE_MS);
  });

  it('is there while keys are pressed, in a film that is started by its controls, and in one of another document', async ({
    serve,
    device,
  }) => {
    const body = `<div><video muted></video><button id="play">Play</button></div><input id="field">${CANVAS}
<script>document.querySelector('#play').onclick = () => play(document.querySelector('video'))</script>`;
    const server = await serve({ [READ]: readPage(body, ATTRIBUTES) });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    for (let time = 0; time < 4; time++) {
      await elapsed(HALF_MS);
      await page.keyboard.press('Tab');
    }
    expect(await isReading(page)).toBe(true);
    await noteEvents(page, 'click');
    const sentAt = Date.now();
    await page.click('#play');
    await elapsed(2 * IDLE_MS);
    expect(await isReading(page)).toBe(true);
    const pausedAt = await page.$eval('video', (film) => {
      film.pause();
      return Date.now();
    });

    const end = await endOfReading(page, server, id, await lastAt(page, sentAt));
    expect(Math.abs(end - pausedAt - IDLE_MS)).toBeLessThan(1_500);
  });

  it('who scrolls in a frame of the site is there, and a page is counted once, whatever is in its frames', async ({
    serve,
    device,
  }) => {
    const frame = (path: string): string => `<iframe src="${path}" width="600" height="400"></iframe>`;
    const tall = '<div style="height: 20000px">A document</div>';
    const server = await serve({
      [READ]: readPage(frame('/viewer/'), ATTRIBUTES),
      '/viewer/': `<!doctype html>${frame(`${READ}inner/`)}${tall}`,
      [`${READ}inner/`]: readPage(tall, ATTRIBUTES),
    });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await until(() => page.frames().some((one) => one.url().endsWith('/inner/')));
    await noteEvents(page, 'wheel', 'frames[0][0]');
    await page.mouse.move(100, 100);
    let sentAt = 0;
    for (let time = 0; time < 6; time++) {
      await elapsed(HALF_MS);
      sentAt = Date.now();
      await page.mouse.wheel({ deltaY: 40 });
    }
    const leftAt = await lastAt(page, sentAt);
    expect(await isReading(page)).toBe(true);

    const { spans, pages } = await sessionAfterReading(page, server, id);
    expect(Math.abs(Date.parse(spans.at(-1)?.end ?? '') - leftAt - IDLE_MS)).toBeLessThan(1_000);
    expect(pages.filter(({ readingTimeMs }) => readingTimeMs > 500).map((one) => one.page)).toEqual([READ]);
  });

  it('in a frame that only a page around it shows counts while it is in sight', async ({ serve, device }) => {
    const around = `<!doctype html><div id="above" style="height: 5000px"></div>
<iframe src="${READ}" width="600" height="400"></iframe>`;
    const server = await serve({ '/around/': around, [READ]: readPage('text', 'tick="250"') });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await page.goto(`${server.url}/around/`);
    const beganAt = Date.now();
    const afterwards = async (): Promise<SessionDetail['spans']> =>
      (await server.session(id)).spans.filter(({ start }) => Date.parse(start) > beganAt);
    await elapsed(2_000);
    expect(await afterwards()).toEqual([]);
    await page.$eval('#above', (above) => above.remove());
    await until(async () => (await afterwards()).length === 1);
  });
});
