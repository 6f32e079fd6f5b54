// What the inspector says of a span that is still on the device.
import { describe, expect, it } from 'vitest';
import { findRows } from '../../../../client/inspector/panel.ts';
import { summarize } from '../../../../client/inspector/facts.ts';
import type { Snapshot } from '../../../../client/inspector/snapshot.ts';
import { isBeingRead, whyWaiting } from '../../../../client/inspector/why-waiting.ts';
import type { Pause, PauseCause } from '../../../../sw/channel/backoff.ts';
import { toRow } from '../../../../sw/channel/queue.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const MINUTE = 60_000;
const span = (endMs: number, attempts = 0, closed = false) => ({
  ...toRow({ id: 'a', session: 's', page: '/a/', start: NOW - 10 * MINUTE, end: NOW + endMs, closed }),
  attempts,
});
const paused = (cause: PauseCause): Pause => ({ cause, failures: 1, since: NOW - 1_000, until: NOW + MINUTE });
const at = (ms: number): string => new Date(ms).toLocaleTimeString('en-GB');

describe('a span waits', () => {
  it('because it is being read', () => {
    expect(whyWaiting({ ...span(-3_000), pause: undefined }, NOW)).toBe('is being read, and goes with the next beat');
    expect(isBeingRead(span(-3_000), NOW)).toBe(true);
  });

  it.for([
    ['it is over', span(-3_000, 0, true)],
    ['it has not grown lately', span(-15_000)],
  ] as const)('because nothing was tried, where %s', ([, row]) => {
    expect(whyWaiting({ ...row, pause: undefined }, NOW)).toBe('not tried yet, and goes with the next beat');
    expect(isBeingRead(row, NOW)).toBe(false);
  });

  it('because a try failed, though it is read', () => {
    expect(whyWaiting({ ...span(-3_000, 2), pause: undefined }, NOW)).toBe('is tried again with the next beat');
    expect(isBeingRead(span(-3_000, 2), NOW)).toBe(false);
  });

  it.for([
    [
      'network',
      `the server was not reached: next try ${at(NOW + MINUTE)}, or at once when a page opens or the network returns`,
    ],
    [
      'backoff',
      `the server failed, or the browser is offline: next try ${at(NOW + MINUTE)}, or at once when a page opens or the network returns`,
    ],
    ['server', `the server asked to wait until ${at(NOW + MINUTE)}`],
    ['denied', 'the server denied access: goes when a page opens for which the reader has access'],
    ['simulated', `offline for show until ${at(NOW + MINUTE)}`],
  ] as const)('by a pause: %s', ([cause, text]) => {
    expect(whyWaiting({ ...span(-3_000), pause: paused(cause) }, NOW)).toBe(text);
  });

  it('no longer once a pause is over', () => {
    const over = { ...paused('server'), until: NOW };
    expect(whyWaiting({ ...span(-MINUTE, 1), pause: over }, NOW)).toBe('is tried again with the next beat');
  });
});

describe('the summary', () => {
  const say = (rows: readonly ReturnType<typeof span>[], pause?: Pause): string =>
    summarize(
      { at: NOW, waiting: rows, refused: [], pause, storage: { mode: 'stored' } } as unknown as Snapshot,
      rows.length,
    );

  it.for([
    [[], undefined, 'Nothing waits: all reading is stored on the server.'],
    [[span(-3_000)], undefined, 'What is being read now goes with the next beat.'],
    [
      [span(-3_000), span(-MINUTE, 1)],
      undefined,
      'What is being read now goes with the next beat. 1 span waits for a receipt.',
    ],
    [[span(-3_000)], paused('server'), `1 span waits for a receipt. Next try: ${at(NOW + MINUTE)}.`],
    [[span(-3_000)], paused('denied'), '1 span waits for a receipt. Next try: when a page opens.'],
  ] as const)('of %j, paused %j: %s', ([rows, pause, text]) => {
    expect(say(rows, pause)).toBe(text);
  });
});

describe('of a site on which nothing of ours has run', () => {
  const device = { at: NOW, waiting: [], refused: [], storage: { mode: 'empty' }, workers: [] };
  const say = (change: object): string => summarize({ ...device, ...change } as unknown as Snapshot, 0);

  it('the summary says so, and what to do', () => {
    expect(say({})).toMatch(/^This page has no heartbeat/);
    expect(say({ workers: [{ state: 'activated', version: undefined }] })).toMatch(/^This page has no heartbeat/);
  });

  it.for([
    ['the page has a heartbeat', { heartbeat: {} }],
    ['a worker of ours is there', { workers: [{ state: 'activated', version: '0.1.0' }] }],
    ['something was stored before', { storage: { mode: 'stored' } }],
  ] as const)('it does not where %s', ([, change]) => {
    expect(say(change)).toBe('Nothing waits: all reading is stored on the server.');
  });
});

describe('a filter', () => {
  const columns = [
    { title: 'Page', text: ({ page }: { page: string }) => page },
    { title: 'Read', text: () => '20 s' },
  ];
  const rows = [{ page: '/Night/' }, { page: '/day/' }];

  it.for([
    ['', rows],
    [' night ', [rows[0]]],
    ['20 S', rows],
    ['noon', []],
  ] as const)('%j', ([text, found]) => {
    expect(findRows(columns, rows, text, NOW)).toEqual(found);
  });
});
