// What was visible when: the testimonies of the pages, and what the schedule did to them, as stretches of reading. Pure.
import { READ } from '../../helpers/reading-site.ts';
import type { Note, Testimony } from './site.ts';

/** A moment that is known to lie between two others. Epoch milliseconds. */
export interface Moment {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** How a stretch of reading ended. */
export type Exit =
  /** The page was there to say goodbye, and lived on. */
  | 'hidden'
  /** Another page of a single-page site. */
  | 'moved'
  /** Another cookie: noticed with the next tick. */
  | 'new session'
  /** Another document in the tab. */
  | 'left'
  | 'closed'
  /** The browser died: the last tick is all there is. */
  | 'killed'
  /** Not yet. */
  | 'open';

/** One tab could be seen with one page, in one session. There must be exactly one span of it. */
export interface Stretch {
  readonly page: string;
  readonly session: string;
  readonly from: Moment;
  readonly to: Moment;
  readonly exit: Exit;
  /** The page had just been loaded: when it began, nothing of ours ran yet. */
  readonly isFirst: boolean;
}

interface Document {
  readonly id: string;
  notes: readonly Note[];
  /** It was surely there. */
  seenAtMs: number;
  /** When it had surely run its scripts. */
  readonly loadedAtMs: number;
  gone?: { readonly exit: Exit; readonly latestMs: number } | undefined;
}

export class Truth {
  readonly #tickMs: number;
  readonly #documents = new Map<string, Document>();
  /** The document that each tab shows. */
  readonly #shown = new Map<number, Document>();

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** What the page in a tab said, between these two times; null: it is none of ours. */
  told(tab: number, said: Testimony | null, askedAtMs: number, toldAtMs: number): void {
    const before = this.#shown.get(tab);
    if (before && before.id !== said?.document)
      this.gone(tab, 'left', Math.min(toldAtMs, said?.notes[0]?.atMs ?? Infinity));
    if (!said) return;
    const { document: id, notes } = said;
    const document = this.#documents.get(id) ?? { id, notes, seenAtMs: askedAtMs, loadedAtMs: toldAtMs };
    // Back out of the back/forward cache: it can say itself when it was left.
    document.gone = undefined;
    document.notes = notes;
    document.seenAtMs = askedAtMs;
    this.#documents.set(id, document);
    this.#shown.set(tab, document);
  }

  /** What the tab showed is gone since it was last asked, at the latest at this time. */
  gone(tab: number, exit: Exit, latestMs: number): void {
    const document = this.#shown.get(tab);
    this.#shown.delete(tab);
    if (document) document.gone = { exit, latestMs };
  }

  stretches(nowMs: number): readonly Stretch[] {
    return [...this.#documents.values()].flatMap((document) => this.#stretchesOf(document, nowMs));
  }

  #stretchesOf({ notes, seenAtMs, loadedAtMs, gone }: Document, nowMs: number): Stretch[] {
    const end = { earliestMs: seenAtMs, latestMs: gone?.latestMs ?? nowMs };
    const exit = gone?.exit ?? 'open';
    // Who was gone before the tick that would have noticed it never saw a new cookie.
    const isNoticed = (note: Note): boolean =>
      !note.isVisible || note !== notes.at(-1) || note.atMs + this.#tickMs < end.earliestMs;
    const stretches = notes.map((note, nth) => {
      const next = notes[nth + 1];
      const to = next ? this.#moment(next, note) : end;
      const from = this.#moment(note, notes[nth - 1]);
      const latestMs = Math.min(nth === 0 ? loadedAtMs : from.latestMs, to.latestMs);
      return {
        note,
        from: { ...from, latestMs },
        to,
        isFirst: nth === 0,
        exit: next && isNoticed(next) ? exitBetween(note, next) : exit,
      };
    });
    const last = notes.at(-1);
    // When a tab is closed its neighbour may be shown, and be closed itself before anybody could ask it.
    if (gone && last && !last.isVisible)
      stretches.push({ note: { ...last, isVisible: true }, from: end, to: end, isFirst: false, exit });
    return stretches.flatMap(({ note: { isVisible, page, session }, ...stretch }) =>
      isVisible && session !== null && page.startsWith(READ) ? [{ page, session, ...stretch }] : [],
    );
  }

  /** When the note began to be true for our code: it looks at the cookie with each tick. */
  #moment({ sinceMs, atMs, session, isVisible }: Note, before: Note | undefined): Moment {
    const isUnnoticed = before?.isVisible && isVisible && before.session !== session;
    return { earliestMs: sinceMs, latestMs: isUnnoticed ? atMs + this.#tickMs : atMs };
  }
}

function exitBetween(note: Note, next: Note): Exit {
  if (!next.isVisible) return 'hidden';
  return next.session === note.session ? 'moved' : 'new session';
}
