// What the owner is told of the mirror, how long it rests, and what is logged.
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { MirrorStatusBoard } from '../../../../server/nocodb/mirror-status.ts';
import type { NocoFailure } from '../../../../server/nocodb/response.ts';

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;
const WALL = Date.parse('2026-11-24T08:00:00Z');

let now: number;
let lines: Record<string, unknown>[];
beforeEach(() => {
  now = 0;
  lines = [];
});

function open(intervalMs = 0): MirrorStatusBoard {
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>);
  const clock = { monotonic: () => now, wall: () => WALL + now };
  return new MirrorStatusBoard(pino({ level: 'trace' }, { write }), clock, intervalMs);
}

const down: NocoFailure = { type: 'unavailable', message: 'HTTP 502' };
const spent: NocoFailure = { type: 'spent', message: 'used up', retryAfterMs: 90 * SECOND };

/** How long each of these failures makes it rest, one after the other, in seconds. */
function rests(board: MirrorStatusBoard, ...failures: readonly NocoFailure[]): readonly number[] {
  return failures.map((failure) => {
    board.rest(failure, 'writing');
    const untilMs = board.status(0).nextRequestAtMs ?? WALL + now;
    const restMs = untilMs - WALL - now;
    now += restMs;
    return restMs / SECOND;
  });
}

describe('at first', () => {
  it('all is well', () => {
    const board = open();
    expect(board.isResting()).toBe(false);
    expect(board.status(7)).toEqual({
      trouble: undefined,
      requests: 7,
      waiting: 0,
      oldestWaitingMs: undefined,
      leftOut: [],
      nextRequestAtMs: undefined,
    });
  });
});

describe('a failure', () => {
  it('rests, and says until when, and why', () => {
    const board = open();
    board.see({ waiting: 3, oldestWaitingMs: 5, leftOut: ['a column'] });
    board.rest(down, 'writing');
    expect(board.isResting()).toBe(true);
    expect(board.status(1)).toEqual({
      trouble: 'HTTP 502',
      requests: 1,
      waiting: 3,
      oldestWaitingMs: 5,
      leftOut: ['a column'],
      nextRequestAtMs: WALL + SECOND,
    });
    expect(lines).toMatchObject([
      { level: 40, nocodb: 'unavailable', reason: 'HTTP 502', waiting: 3, msg: 'NocoDB: mirroring paused' },
    ]);
    now += SECOND;
    expect([board.isResting(), board.status(1).nextRequestAtMs]).toEqual([false, undefined]);
  });

  it('rests longer each time, and from the start again after a success', () => {
    const board = open();
    expect(rests(board, down, down, down)).toEqual([1, 2, 4]);
    board.succeed('writing');
    expect(rests(board, down)).toEqual([1]);
  });

  it('of a limit rests as long as NocoDB asks for, whatever failed before', () => {
    const limited: NocoFailure = { type: 'limited', message: 'HTTP 429', retryAfterMs: 3 * SECOND };
    expect(rests(open(), down, limited, limited)).toEqual([1, 3, 3]);
    // Under a limit of the month, requests are too few to try again as fast.
    expect(rests(open(600 * SECOND), ...Array.from({ length: 5 }, () => limited))).toEqual([3, 3, 4, 8, 16]);
  });

  it('rests a minute at most, and under a limit of the month no longer than a request takes to come back', () => {
    const many = Array.from({ length: 9 }, () => down);
    expect(rests(open(), ...many).at(-1)).toBe(60);
    expect(rests(open(600 * SECOND), ...many).at(-1)).toBe(256);
    expect(rests(open(20 * SECOND), ...many).at(-1)).toBe(20);
  });

  it('during a rest changes nothing: another request failed at the same time', () => {
    const board = open();
    board.rest(down, 'writing');
    board.rest({ type: 'denied', message: 'HTTP 401' }, 'writing');
    expect(board.status(0)).toMatchObject({ trouble: 'HTTP 502', nextRequestAtMs: WALL + SECOND });
    expect(lines).toHaveLength(1);
  });

  it('for the same reason is logged once; for another one, again', () => {
    const board = open();
    rests(board, down, down, { type: 'denied', message: 'HTTP 401' }, down);
    expect(lines.map(({ reason }) => reason)).toEqual(['HTTP 502', 'HTTP 401', 'HTTP 502']);
  });
});

describe('a limit of the month that is used up', () => {
  it('rests till there are requests, which is no failure', () => {
    expect(rests(open(9 * SECOND), spent, spent, down)).toEqual([90, 90, 1]);
  });

  it('is logged once a day, and its end only if it was logged', () => {
    const board = open(9 * SECOND);
    for (const at of [0, DAY / 2, DAY]) {
      now = at;
      board.rest(spent, 'writing');
      board.succeed('writing');
    }
    expect(lines.map(({ msg }) => msg)).toEqual([
      'NocoDB: mirroring paused',
      'NocoDB: mirroring resumed',
      'NocoDB: mirroring paused',
      'NocoDB: mirroring resumed',
    ]);
    now = 2 * DAY - 1;
    board.rest(spent, 'writing');
    expect(lines).toHaveLength(4);
    // Any other trouble is logged at once.
    now += 100 * SECOND;
    board.rest(down, 'writing');
    expect(lines).toHaveLength(5);
  });
});

describe('trouble ends', () => {
  it('when writing works, or reading if it was with reading; that is logged once', () => {
    const board = open();
    board.rest(down, 'writing');
    board.succeed('reading');
    expect(board.status(0).trouble).toBe('HTTP 502');
    board.succeed('writing');
    board.succeed('writing');
    expect(board.status(0).trouble).toBeUndefined();
    now += SECOND;
    board.rest(down, 'reading');
    board.succeed('reading');
    expect(board.status(0).trouble).toBeUndefined();
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [40, 'NocoDB: mirroring paused'],
      [30, 'NocoDB: mirroring resumed'],
      [40, 'NocoDB: mirroring paused'],
      [30, 'NocoDB: mirroring resumed'],
    ]);
  });

  it('when nothing waits to be written any more, unless reading failed', () => {
    const nothing = { waiting: 0, oldestWaitingMs: undefined, leftOut: [] };
    const writing = open();
    writing.rest(down, 'writing');
    writing.see({ ...nothing, waiting: 1 });
    expect(writing.status(0).trouble).toBe('HTTP 502');
    writing.see(nothing);
    expect(writing.status(0).trouble).toBeUndefined();
    const reading = open();
    reading.rest(down, 'reading');
    reading.see(nothing);
    expect(reading.status(0).trouble).toBe('HTTP 502');
  });

  it('when nothing waits and only the requests of the month were used up', () => {
    const board = open(9 * SECOND);
    board.rest(spent, 'reading');
    board.see({ waiting: 0, oldestWaitingMs: undefined, leftOut: [] });
    expect(board.status(0).trouble).toBeUndefined();
  });
});
