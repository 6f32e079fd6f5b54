// Which events of the DOM mean what. In real browsers: test/browser.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeDom, FakeTarget } from '../../helpers/fake-dom.ts';

let told: string[];
let abort: AbortController;

beforeEach(() => {
  told = [];
  abort = new AbortController();
  // The page listens to frequent events again after a second, when the window of this test is gone.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // Each document has its own.
  vi.resetModules();
});

afterEach(() => {
  abort.abort();
  vi.useRealTimers();
  vi.doUnmock('../../../client/frames.ts');
  vi.unstubAllGlobals();
});

async function watch(dom: FakeDom): Promise<{ isShown: () => boolean }> {
  const { watchPageLifecycle, isShown } = await import('../../../client/page-lifecycle.ts');
  watchPageLifecycle((event) => told.push(event), abort.signal);
  await loaded(dom);
  return { isShown };
}

/** When everything that a page of this kind loads is there. */
async function loaded(dom: FakeDom): Promise<void> {
  if (!dom.window.navigation) await import('../../../client/history.ts');
  await import('../../../client/frames.ts').catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
}

/** What is told of an event. */
function tellOf(target: FakeTarget | undefined, type: string, event: object = {}): readonly string[] {
  told.length = 0;
  target?.say(type, event);
  return told;
}

describe('a page', () => {
  it.for(['visibilitychange', 'prerenderingchange', 'resume'])('is shown or hidden, as it is at %s', async (type) => {
    const dom = new FakeDom(true);
    const { isShown } = await watch(dom);
    expect([tellOf(dom.document, type), isShown()]).toEqual([['shown'], true]);
    dom.document.visibilityState = 'hidden';
    expect([tellOf(dom.document, type), isShown()]).toEqual([['hidden'], false]);
    dom.document.visibilityState = 'visible';
    dom.document.prerendering = true;
    expect([tellOf(dom.document, type), isShown()]).toEqual([['hidden'], false]);
  });

  it('is shown before it is watched, too', async () => {
    const dom = new FakeDom(true);
    const { isShown } = await import('../../../client/page-lifecycle.ts');
    expect(isShown()).toBe(true);
    dom.document.visibilityState = 'hidden';
    expect(isShown()).toBe(false);
  });

  it('is frozen, and left', async () => {
    const dom = new FakeDom(true);
    await watch(dom);
    expect(tellOf(dom.document, 'freeze')).toEqual(['frozen']);
    expect(tellOf(dom.window, 'pagehide', { persisted: false })).toEqual(['left']);
    expect(tellOf(dom.window, 'pagehide', { persisted: true })).toEqual(['left']);
  });

  it('is restored from the back/forward cache, if it is visible then, and not when it loads', async () => {
    const dom = new FakeDom(true);
    await watch(dom);
    expect(tellOf(dom.window, 'pageshow', { persisted: false })).toEqual([]);
    expect(tellOf(dom.window, 'pageshow', { persisted: true })).toEqual(['restored']);
    dom.document.visibilityState = 'hidden';
    expect(tellOf(dom.window, 'pageshow', { persisted: true })).toEqual([]);
  });

  it('is active when the reader does something', async () => {
    const dom = new FakeDom(true);
    await watch(dom);
    expect(tellOf(dom.window, 'keydown', { type: 'keydown', isTrusted: true })).toEqual(['active']);
  });

  it('hears its events first, keeps none of them waiting, and hears nothing after it was stopped', async () => {
    const dom = new FakeDom(true);
    await watch(dom);
    const all = [dom.document, dom.window, dom.window.navigation].flatMap((target) =>
      (target?.types ?? []).map((type) => ({ target, type })),
    );
    const own = 'currententrychange freeze load navigate pagehide pageshow prerenderingchange resume visibilitychange';
    expect(
      all
        .map(({ type }) => type)
        .filter((type) => own.split(' ').includes(type))
        .toSorted(),
    ).toEqual(own.split(' '));
    for (const { target, type } of all)
      // A handler of `visibilitychange` in activity.ts has nothing to do with the page's.
      expect(target?.optionsOf(type)[0]).toMatchObject({ capture: true, passive: true });
    told.length = 0;
    abort.abort();
    for (const { target, type } of all)
      target?.say(type, { type, persisted: true, userInitiated: true, isTrusted: true });
    expect(told).toEqual([]);
  });
});

describe('a change of the address', () => {
  it('is a move, and an action of the reader only if the browser says so', async () => {
    const dom = new FakeDom(true);
    await watch(dom);
    const { navigation } = dom.window;
    expect(tellOf(navigation, 'currententrychange')).toEqual(['moved']);
    expect(tellOf(navigation, 'navigate', { userInitiated: true })).toEqual(['active']);
    expect(tellOf(navigation, 'navigate', { userInitiated: false })).toEqual([]);
    expect(tellOf(navigation, 'navigate')).toEqual([]);
    // The history is the page's own there.
    told.length = 0;
    dom.history.pushState();
    expect(told).toEqual([]);
  });

  it('is found by watching the history where there is no Navigation API, until it is stopped', async () => {
    const dom = new FakeDom(false);
    await watch(dom);
    dom.move();
    expect(told).toEqual(['moved']);
    expect(tellOf(dom.window, 'popstate')).toEqual(['moved']);
    told.length = 0;
    abort.abort();
    dom.move();
    dom.window.say('popstate');
    expect(told).toEqual([]);
  });
});

describe('frames', () => {
  const key = { type: 'keydown', isTrusted: true };

  class Frame extends FakeTarget {
    readonly document = new FakeTarget();
    readonly length = 0;
    dispatchEvent(): void {}
  }

  it('are watched once there is one, and only once', async () => {
    const dom = new FakeDom(true);
    await watch(dom);
    // Otherwise their code is loaded in vain.
    dom.document.say('load');
    await loaded(dom);
    expect(dom.document.countListeners('load')).toBe(1);
    const frame = new Frame();
    Object.assign(dom.window, { 0: frame, length: 1 });
    for (let time = 0; time < 2; time++) {
      dom.document.say('load');
      await loaded(dom);
    }
    expect(dom.document.countListeners('load')).toBe(2);
    expect(tellOf(frame, 'keydown', key)).toEqual(['active']);
  });

  it('are watched from the start where there are some already', async () => {
    const dom = new FakeDom(true);
    const frame = new Frame();
    Object.assign(dom.window, { 0: frame, length: 1 });
    await watch(dom);
    expect(tellOf(frame, 'keydown', key)).toEqual(['active']);
  });
});

describe('a page in a frame', () => {
  /** Says whether the frame is in view. */
  let look: (isIntersecting: boolean) => void;

  function framed(): FakeDom {
    const dom = new FakeDom(true);
    const top: Record<string, unknown> = { document: {} };
    top['parent'] = top;
    dom.window.parent = top;
    Object.assign(dom.document, { documentElement: {} });
    vi.stubGlobal(
      'IntersectionObserver',
      class {
        constructor(tell: (entries: readonly object[]) => void) {
          look = (isIntersecting) => tell([{ isIntersecting }]);
        }
        observe(): void {}
        disconnect(): void {}
      },
    );
    return dom;
  }

  it('is not shown before it is known to be in view, whatever the document says', async () => {
    const dom = framed();
    const { isShown } = await watch(dom);
    expect([tellOf(dom.document, 'visibilitychange'), isShown()]).toEqual([['hidden'], false]);
    expect(tellOf(dom.window, 'pageshow', { persisted: true })).toEqual([]);
  });

  it('is shown while it is in view, which is no action of the reader', async () => {
    const dom = framed();
    const { isShown } = await watch(dom);
    told.length = 0;
    look(true);
    expect([told, isShown()]).toEqual([['loaded'], true]);
    expect(tellOf(dom.document, 'visibilitychange')).toEqual(['shown']);
    told.length = 0;
    look(false);
    expect([told, isShown()]).toEqual([['hidden'], false]);
    dom.document.visibilityState = 'hidden';
    told.length = 0;
    look(true);
    expect([told, isShown()]).toEqual([['hidden'], false]);
  });

  it('counts itself where the code for frames cannot be loaded', async () => {
    const dom = framed();
    vi.doMock('../../../client/frames.ts', () => {
      throw new Error('offline');
    });
    const { isShown } = await watch(dom);
    expect([told, isShown()]).toEqual([['loaded'], true]);
  });
});
