// What happens often is logged at once, then every 10 s with its number.
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { createTally } from '../../../../server/http/log-tally.ts';

it('a tally says at once what happened, then every 10 s how often, and nothing while nothing happens', () => {
  let nowMs = 0;
  using _ = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const lines: object[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line) as object) });
  const note = createTally(log, 'too much', { most: 3 });
  for (nowMs = 0; nowMs < 25_000; nowMs += 100) note();
  nowMs = 100_000;
  note();
  expect(lines).toMatchObject([
    { level: 40, msg: 'too much', most: 3, count: 1 },
    { count: 100 },
    { count: 100 },
    { count: 50 },
  ]);
});
