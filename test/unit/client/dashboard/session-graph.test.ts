// What the train graph of a session is made from.
import { expect, it } from 'vitest';
import { toGraphSpans } from '../../../../client/ui/session-spans.ts';
import type { SessionDetail, SpanView } from '../../../../sw/protocol/owner-api.ts';

const span: SpanView = {
  id: 'a',
  page: '/a/',
  start: '2026-11-24T08:00:00.000Z',
  end: '2026-11-24T08:05:00.000Z',
  late: false,
  closed: true,
  replayed: false,
};
const session: SessionDetail = {
  id: 'id',
  ref: 'ref',
  emailOfAccessor: 'ann@example.com',
  sessionStartTime: '2026-11-24T08:00:00.000Z',
  sessionEndTime: span.end,
  durationMs: 300_000,
  readingTimeMs: 300_000,
  offlineMs: 0,
  endKnownBy: 'goodbye',
  state: 'ended',
  currentPage: '/a/',
  mirrored: false,
  excluded: false,
  identity: 'typed',
  measured: true,
  accessEndedTime: null,
  reader: 'reader',
  visits: [],
  pages: [],
  spans: [],
};

const RECEIVED = '2026-11-24T08:19:00.000Z';

it.for<[Partial<SpanView>, Partial<SessionDetail>, unknown]>([
  [{}, {}, { look: 'online', end: 'goodbye', arrivedMs: undefined }],
  [{ closed: false }, {}, { end: 'tick' }],
  [{ closed: false }, { state: 'reading' }, { end: 'open' }],
  [{ closed: false }, { state: 'reading', sessionEndTime: '2026-11-24T08:06:00.000Z' }, { end: 'tick' }],
  [{ clamped: true }, {}, { end: 'bounded' }],
  [{ replayed: true, receivedAt: RECEIVED }, {}, { look: 'offline', arrivedMs: Date.parse(RECEIVED) }],
  [{ replayed: true }, {}, { look: 'offline', arrivedMs: undefined }],
  [{ late: true, receivedAt: RECEIVED }, {}, { look: 'online', arrivedMs: undefined }],
])('the span %j of a session %j', ([ofSpan, ofSession, expected]) => {
  expect(toGraphSpans({ ...session, ...ofSession, spans: [{ ...span, ...ofSpan }] })).toMatchObject([
    expected as object,
  ]);
});
