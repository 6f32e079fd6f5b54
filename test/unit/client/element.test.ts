// The attributes of <session-heartbeat> as options.
import { beforeEach, expect, it, vi } from 'vitest';
import { SessionHeartbeat } from '../../../client/element.ts';
import { normalizeOptions, type HeartbeatOptions } from '../../../client/options.ts';
import { deliverWaiting, startHeartbeat, startShared } from '../../../client/start.ts';

vi.mock(import('../../../client/start.ts'), { spy: true });

const started = { startHeartbeat, startShared, deliverWaiting };
beforeEach(() => {
  for (const start of Object.values(started)) vi.mocked(start).mockReturnValue({ stop: vi.fn() } as never);
});

/** How an element with these attributes starts, and with which options. Without a page, the class is no HTMLElement. */
function connect(attributes: Readonly<Record<string, string>>) {
  vi.clearAllMocks();
  const element = Object.assign(new SessionHeartbeat(), {
    attributes: Object.keys(attributes),
    getAttribute: (name: string) => attributes[name] ?? null,
    hasAttribute: (name: string) => name in attributes,
  });
  element.connectedCallback();
  const [name, start] = Object.entries(started).find(([, one]) => vi.mocked(one).mock.calls.length > 0) ?? [
    '',
    vi.fn(),
  ];
  return { name, options: normalizeOptions(vi.mocked(start).mock.calls[0]?.[0] as HeartbeatOptions) };
}

it('has the defaults without attributes, and gives way to a heartbeat of the page', () => {
  const { name, options } = connect({});
  expect(name).toBe('startShared');
  expect(options).toMatchObject({
    interval: 180_000,
    tick: 5_000,
    idleAfter: 300_000,
    adaptive: true,
    worker: '/sw.js',
  });
  expect(connect({ worker: 'none' })).toMatchObject({ name: 'startShared', options: { worker: 'none' } });
});

it('reads every attribute', () => {
  const attributes = {
    interval: '60000',
    tick: '1000',
    'idle-after': '0',
    adaptive: 'false',
    worker: '/w.js',
    debug: '',
  };
  expect(connect(attributes)).toMatchObject({
    name: 'startHeartbeat',
    options: { interval: 60_000, tick: 1_000, idleAfter: 0, adaptive: false, worker: '/w.js', debug: true },
  });
});

it.for(['', 'true', 'adaptive'])('is adaptive with adaptive=%j', (adaptive) => {
  expect(connect({ adaptive }).options.adaptive).toBe(true);
});

it('only delivers where it is told to', () => {
  expect(connect({ 'deliver-only': '', worker: 'none' }).name).toBe('deliverWaiting');
});
