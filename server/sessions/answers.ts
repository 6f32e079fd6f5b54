// The answers of the owner's API as schemas: the OpenAPI document is made from them, and the tests hold every answer to them. The
// compiler holds them to the types in sw/protocol, which the device's code can import without valibot.
import * as v from 'valibot';
import type {
  BucketView,
  CreatedShare,
  DayList,
  ErasureList,
  ErasurePreview,
  ErasureReceipt,
  ExportedSession,
  PageDetail,
  PageList,
  PageTotalsView,
  PageView,
  ReaderDetail,
  ReaderExport,
  ReaderList,
  ReaderView,
  RefusalList,
  SessionDetail,
  SessionList,
  SessionView,
  ShareList,
  SpanList,
  SpanView,
  Viewer,
  VisitView,
} from '../../sw/protocol/owner-api.ts';
import { answer, count, ms, time } from './answer-schema.ts';
import { INVITATION_ANSWERS } from './invitation-answers.ts';

const id = v.pipe(v.string(), v.regex(/^[\w-]{16}$/));
const median = v.pipe(v.nullable(ms), v.description('The median per session, within 5 %; null: none is known'));
const next = v.exactOptional(
  v.pipe(v.string(), v.description('The cursor of the next part; missing: this is the last one')),
);

const SESSION_ENTRIES = {
  id: v.pipe(v.string(), v.description('Lets its holder deliver to the session')),
  ref: v.pipe(v.string(), v.description('Names the session to others')),
  emailOfAccessor: v.string(),
  identity: v.pipe(
    v.picklist(['typed', 'invited', 'confirmed']),
    v.description('The address was typed; came by a personal link; or entered a code that was mailed to it'),
  ),
  sessionStartTime: time,
  sessionEndTime: v.nullable(time),
  durationMs: ms,
  readingTimeMs: v.pipe(v.nullable(ms), v.description('Null: not measured, by the original contract')),
  offlineMs: v.pipe(ms, v.description('The part of readingTimeMs that was delivered later')),
  endKnownBy: v.nullable(v.picklist(['goodbye', 'tick', 'beat', 'bounded'])),
  state: v.picklist(['reading', 'away', 'ended', 'opened']),
  currentPage: v.nullable(v.string()),
  measured: v.pipe(v.boolean(), v.description('False: the reader chose that nothing is measured')),
  mirrored: v.boolean(),
  excluded: v.pipe(v.boolean(), v.description('The owner keeps it out of the totals')),
  accessEndedTime: v.pipe(v.nullable(time), v.description('When the reader or the owner ended its access')),
};
const Session = answer<SessionView>()(v.strictObject(SESSION_ENTRIES));
const Span = answer<SpanView>()(
  v.strictObject({
    id: v.string(),
    page: v.string(),
    start: time,
    end: time,
    late: v.boolean(),
    closed: v.boolean(),
    replayed: v.boolean(),
    receivedAt: v.exactOptional(
      v.pipe(time, v.description('When its last delivery arrived, of those that were replayed or late')),
    ),
    clamped: v.exactOptional(v.literal(true)),
  }),
);
const Visit = answer<VisitView>()(v.strictObject({ start: time, end: time, readingTimeMs: v.nullable(ms) }));
const Page = answer<PageView>()(
  v.strictObject({ page: v.string(), readingTimeMs: ms, opened: v.exactOptional(v.literal(true)) }),
);
const Bucket = answer<BucketView>()(v.strictObject({ fromMs: ms, toMs: ms, sessions: count }));
const SUMS = { sessions: count, readingTimeMs: ms };

const READER_ENTRIES = {
  id,
  emailOfAccessor: v.string(),
  ...SUMS,
  opened: v.pipe(count, v.description('Sessions with less than 5 s visible; they are not among the others')),
  visits: count,
  medianReadingTimeMs: median,
  firstSeen: time,
  lastSeen: time,
};
const Reader = answer<ReaderView>()(v.strictObject(READER_ENTRIES));
const PAGE_TOTALS_ENTRIES = {
  id,
  page: v.string(),
  ...SUMS,
  readers: count,
  medianReadingTimeMs: median,
  lastRead: time,
  distribution: v.array(Bucket),
};
const PageTotals = answer<PageTotalsView>()(v.strictObject(PAGE_TOTALS_ENTRIES));
const Day = v.strictObject({
  day: v.pipe(v.string(), v.isoDate()),
  start: time,
  end: time,
  ...SUMS,
  opened: count,
  visits: count,
  readers: count,
  medianReadingTimeMs: median,
  refused: v.pipe(count, v.description('Tries at the gate that were refused')),
});

const SHARE_ENTRIES = {
  id: v.string(),
  label: v.nullable(v.string()),
  pages: v.pipe(v.nullable(v.string()), v.description('It only shows pages below this path; null: all pages')),
  created: time,
  expires: time,
  lastUsed: v.pipe(v.nullable(time), v.description('Within a minute; null: never')),
};

const ERASED = {
  reader: id,
  sessions: count,
  spans: count,
  invitations: v.pipe(count, v.description('Personal links for this address')),
  codes: v.pipe(count, v.description('Codes that were asked for with it')),
  refusals: v.pipe(count, v.description('Tries with it that the gate has refused')),
  blocked: v.pipe(v.boolean(), v.description('The owner has taken the reader’s access')),
  excluded: v.pipe(v.boolean(), v.description('The owner keeps the reader out of the totals')),
};
const REFUSED = { tries: count, firstTry: time, lastTry: time };
const outstanding = v.pipe(
  v.array(v.strictObject({ consumer: v.string(), sessions: count })),
  v.description('Copies that are still to be deleted, of this erasure and of earlier ones'),
);

/** By the name that the document has for them. */
export const ANSWERS = {
  SessionList: answer<SessionList>()(v.strictObject({ sessions: v.array(Session), next })),
  SessionDetail: answer<SessionDetail>()(
    v.strictObject({
      ...SESSION_ENTRIES,
      reader: id,
      visits: v.array(Visit),
      pages: v.array(Page),
      spans: v.array(Span),
      next,
    }),
  ),
  SpanList: answer<SpanList>()(v.strictObject({ spans: v.array(Span), next })),
  ExportedSession: answer<ExportedSession>()(v.omit(Session, ['id'])),
  ReaderList: answer<ReaderList>()(v.strictObject({ readers: v.array(Reader), next })),
  ReaderDetail: answer<ReaderDetail>()(
    v.strictObject({
      ...READER_ENTRIES,
      excluded: v.boolean(),
      blocked: v.pipe(v.boolean(), v.description('The owner has taken the reader’s access')),
      distribution: v.array(Bucket),
      pages: v.array(v.strictObject({ id, page: v.string(), ...SUMS })),
      next,
    }),
  ),
  ReaderExport: answer<ReaderExport>()(
    v.strictObject({
      emailOfAccessor: v.string(),
      excluded: v.boolean(),
      blockedSince: v.nullable(time),
      refused: v.pipe(v.nullable(v.strictObject(REFUSED)), v.description('Null: not in the last 30 days')),
      invitations: v.array(
        v.strictObject({
          pages: v.nullable(v.string()),
          created: time,
          expires: time,
          revoked: v.nullable(time),
          opened: v.nullable(time),
        }),
      ),
      codes: v.array(v.strictObject({ page: v.string(), sent: time, expires: time })),
      sessions: v.array(
        v.strictObject({ ...v.omit(Session, ['id']).entries, visits: v.array(Visit), spans: v.array(Span) }),
      ),
    }),
  ),
  ErasurePreview: answer<ErasurePreview>()(v.strictObject(ERASED)),
  ErasureReceipt: answer<ErasureReceipt>()(
    v.strictObject({
      ...ERASED,
      erasedAt: time,
      scrubbed: v.pipe(v.boolean(), v.description('What was deleted is overwritten in the files of the store')),
      outstanding,
      otherRows: v.exactOptional(
        v.pipe(
          v.nullable(v.array(v.string())),
          v.description(
            'Rows in NocoDB that hold the address and that Stillhere didn’t write; null: it could not be read',
          ),
        ),
      ),
    }),
  ),
  ErasureList: answer<ErasureList>()(v.strictObject({ outstanding })),
  PageList: answer<PageList>()(v.strictObject({ pages: v.array(PageTotals), next })),
  PageDetail: answer<PageDetail>()(
    v.strictObject({
      ...PAGE_TOTALS_ENTRIES,
      readBy: v.array(v.strictObject({ id, emailOfAccessor: v.string(), ...SUMS })),
      next,
    }),
  ),
  DayList: answer<DayList>()(v.strictObject({ timeZone: v.string(), days: v.array(Day) })),
  ShareList: answer<ShareList>()(v.strictObject({ shares: v.array(v.strictObject(SHARE_ENTRIES)) })),
  CreatedShare: answer<CreatedShare>()(
    v.strictObject({ ...SHARE_ENTRIES, link: v.pipe(v.string(), v.description('Is shown only once')) }),
  ),
  RefusalList: answer<RefusalList>()(
    v.strictObject({
      refused: v.array(v.strictObject({ emailOfAccessor: v.string(), ...REFUSED })),
      blocked: v.array(v.strictObject({ id, emailOfAccessor: v.string(), since: time })),
    }),
  ),
  ...INVITATION_ANSWERS,
  Viewer: answer<Viewer>()(
    v.strictObject({
      role: v.picklist(['owner', 'share']),
      label: v.nullable(v.string()),
      pages: v.nullable(v.string()),
      expires: v.nullable(time),
    }),
  ),
  Success: v.strictObject({ success: v.literal(true) }),
  Failure: v.strictObject({ success: v.literal(false), error: v.string() }),
} as const;

export type AnswerName = keyof typeof ANSWERS;
