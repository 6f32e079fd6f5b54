// What the inspector's graph is made from.
import { expect, it } from 'vitest';
import { cutBefore, toGraphSpans } from '../../../../client/inspector/reading-graph.ts';

const NOW = 1_000_000;
const span = (id: string, start: number, end: number, closed = true) => ({
  id,
  session: 'session',
  page: `/${id}/`,
  start: NOW + start,
  end: NOW + end,
  closed,
});

it('a span that waits again is shown as it waits, and spans are ordered by their start', () => {
  const marked = {
    delivered: [span('c', -50_000, -40_000), span('a', -90_000, -80_000, false)],
    refused: [span('b', -70_000, -60_000)],
    waiting: [span('a', -90_000, -1_000, false)],
  };
  expect(toGraphSpans(marked, NOW).map(({ page, look, toMs, end }) => [page, look, toMs - NOW, end])).toEqual([
    ['/a/', 'waiting', -1_000, 'open'],
    ['/b/', 'refused', -60_000, 'goodbye'],
    ['/c/', 'online', -40_000, 'goodbye'],
  ]);
});

it('a span that has not grown lately was cut off', () => {
  const marked = { delivered: [span('a', -90_000, -30_000, false)], refused: [], waiting: [] };
  expect(toGraphSpans(marked, NOW)[0]?.end).toBe('tick');
});

it('zoomed, it has what was read since then, cut at that moment', () => {
  const marked = {
    delivered: [span('a', -90_000, -61_000), span('b', -80_000, -50_000), span('c', -40_000, -30_000)],
    refused: [],
    waiting: [],
  };
  const cut = cutBefore(toGraphSpans(marked, NOW), NOW - 60_000);
  expect(cut.map(({ page, fromMs, toMs }) => [page, fromMs - NOW, toMs - NOW])).toEqual([
    ['/b/', -60_000, -50_000],
    ['/c/', -40_000, -30_000],
  ]);
});
