// Tells other servers on the same store that sessions have changed, and hears it from them. Each tells at most once a second, in a
// transaction of its own, and asks once a second while a page of the owner is open.
import type { Shared } from '../store/shared.ts';

const PAUSE_MS = 1_000;

export class ChangeRelay {
  readonly #shared: Shared;
  readonly #onChange: () => void;
  #telling: NodeJS.Timeout | undefined;
  #asking: NodeJS.Timeout | undefined;
  #listeners = 0;
  /** Undefined: not asked since somebody listens. */
  #known: number | undefined;

  /** @param onChange is called when another server has told of a change, while somebody listens. */
  constructor(shared: Shared, onChange: () => void) {
    this.#shared = shared;
    this.#onChange = onChange;
  }

  /** Returns at once and never throws. If the store doesn't answer, the next change tells the others. */
  tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      void this.#tell();
    }, PAUSE_MS).unref();
  }

  /** @returns stops listening. */
  listen(): () => void {
    if (++this.#listeners === 1) {
      this.#known = undefined;
      this.#askAfter(0);
    }
    return () => {
      if (--this.#listeners === 0) clearTimeout(this.#asking);
    };
  }

  close(): void {
    clearTimeout(this.#telling);
    clearTimeout(this.#asking);
  }

  async #tell(): Promise<void> {
    const changes = await this.#shared.tellChange().catch(() => undefined);
    // This server's own pages know of it already, unless others have told of something, too.
    if (this.#known !== undefined && changes === this.#known + 1) this.#known = changes;
  }

  #askAfter(ms: number): void {
    // A round may still be under way since somebody listened before.
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => void this.#ask(), ms).unref();
  }

  async #ask(): Promise<void> {
    const changes = await this.#shared.countChanges().catch(() => this.#known);
    const isNews = this.#known !== undefined && changes !== this.#known;
    this.#known = changes;
    if (isNews) this.#onChange();
    if (this.#listeners > 0) this.#askAfter(PAUSE_MS);
  }
}
