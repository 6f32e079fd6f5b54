// Each page's own reading time, under the name with which the page was first read. Pure.
import type { StoredSpan } from './session-store.ts';
import { isOpenedFile } from './opened-file.ts';
import { pageKey } from './page-key.ts';

export interface PageTime {
  readonly page: string;
  /** The union of the page's spans: two tabs side by side count once. */
  readonly readingMs: number;
  /** It is a file that the reader opened by itself. */
  readonly isOpened: boolean;
}

export class PageTimes {
  readonly #pages = new Map<
    string,
    { readonly page: string; readingMs: number; coveredMs: number; isOpened: boolean }
  >();

  /** Add spans in the order of their starts. */
  add(span: StoredSpan): void {
    const { page, startMs, endMs } = span;
    const key = pageKey(page);
    const time = this.#pages.get(key) ?? { page, readingMs: 0, coveredMs: -Infinity, isOpened: false };
    this.#pages.set(key, time);
    // Everything before `coveredMs` is counted already.
    time.readingMs += Math.max(0, endMs - Math.max(startMs, time.coveredMs));
    time.coveredMs = Math.max(time.coveredMs, endMs);
    time.isOpened ||= isOpenedFile(span);
  }

  /** In the order in which they were first read. */
  list(): readonly PageTime[] {
    return [...this.#pages.values()].map(({ page, readingMs, isOpened }) => ({ page, readingMs, isOpened }));
  }
}
