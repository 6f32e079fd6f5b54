// Replaces what was counted of a session, step by step: a session can have 20,000 pages, and no transaction may take long. Pure.
import type { Contribution, PagePart, SlotPart } from './contribution.ts';
import type { TotalsChange } from './totals-change.ts';

/** A part and its key; undefined: not counted any more. */
type Changed<Key, Part> = readonly [key: Key, part: Part | undefined];

export interface RecountStep {
  readonly pages: readonly Changed<string, PagePart>[];
  readonly slots: readonly Changed<number, SlotPart>[];
}

export class Recount {
  readonly #readerId: string;
  readonly #counted: Contribution | undefined;
  readonly #target: Contribution;
  readonly #pages: Changed<string, PagePart>[];
  readonly #slots: Changed<number, SlotPart>[];
  #isBegun = false;

  /** @param counted undefined: nothing was counted yet. */
  constructor(readerId: string, counted: Contribution | undefined, target: Contribution) {
    this.#readerId = readerId;
    this.#counted = counted;
    this.#target = target;
    this.#pages = differences(counted?.pages, target.pages, isSamePage);
    this.#slots = differences(counted?.slots, target.slots, isSameSlot);
  }

  /** False: more steps have to follow. */
  get isComplete(): boolean {
    return this.#pages.length + this.#slots.length === 0;
  }

  /**
   * Adds the difference that the step makes to `change`.
   * @param most at most this many pages and slots change.
   */
  step(most: number, change: TotalsChange): RecountStep {
    const [counted, readerId] = [this.#counted, this.#readerId];
    if (!this.#isBegun) change.session(readerId, counted?.session, this.#target.session);
    this.#isBegun = true;
    // From the end, which is fast.
    const pages = this.#pages.splice(-most, most);
    const room = most - pages.length;
    const slots = this.#slots.splice(-room, room);
    for (const [id, part] of pages) change.page(readerId, id, counted?.pages.get(id), part);
    for (const [slot, part] of slots) change.slot(readerId, slot, counted?.slots.get(slot), part);
    return { pages, slots };
  }
}

function differences<Key, Part>(
  before: ReadonlyMap<Key, Part> = new Map(),
  after: ReadonlyMap<Key, Part>,
  isSame: (one: Part, other: Part) => boolean,
): Changed<Key, Part>[] {
  const changed: Changed<Key, Part>[] = [];
  for (const key of before.keys()) if (!after.has(key)) changed.push([key, undefined]);
  for (const [key, part] of after) {
    const known = before.get(key);
    if (known === undefined || !isSame(known, part)) changed.push([key, part]);
  }
  return changed;
}

function isSamePage(one: PagePart, other: PagePart): boolean {
  return one.readingMs === other.readingMs && one.lastMs === other.lastMs;
}

function isSameSlot(one: SlotPart, other: SlotPart): boolean {
  return one.readingMs === other.readingMs && one.visits === other.visits;
}
