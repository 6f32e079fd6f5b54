// The part of the DOM that page-lifecycle.ts uses, without a browser: for many random page lives per second. The
// behaviour of real browsers is tested in test/browser.
import { vi } from 'vitest';

type Handle = (event: object) => void;

interface Options {
  readonly signal?: AbortSignal;
  readonly capture?: boolean;
  readonly passive?: boolean;
}

export class FakeTarget {
  readonly #handles = new Set<{ readonly type: string; readonly handle: Handle; readonly options: Options }>();

  addEventListener(type: string, handle: Handle, options: Options): void {
    this.removeEventListener(type, handle);
    const entry = { type, handle, options };
    this.#handles.add(entry);
    options.signal?.addEventListener('abort', () => this.#handles.delete(entry));
  }

  removeEventListener(type: string, handle: Handle): void {
    for (const entry of this.#handles) if (entry.type === type && entry.handle === handle) this.#handles.delete(entry);
  }

  countListeners(type: string): number {
    return this.optionsOf(type).length;
  }

  /** With which its listeners were added. */
  optionsOf(type: string): readonly Options[] {
    return [...this.#handles].filter((entry) => entry.type === type).map(({ options }) => options);
  }

  /** The types of its listeners, sorted. */
  get types(): readonly string[] {
    return [...new Set([...this.#handles].map(({ type }) => type))].toSorted();
  }

  say(type: string, event: object = {}): void {
    for (const entry of this.#handles) if (entry.type === type) entry.handle(event);
  }
}

/** Becomes the global document, window and history. */
export class FakeDom {
  readonly document = Object.assign(new FakeTarget(), {
    visibilityState: 'visible',
    prerendering: false,
    hasFocus: (): boolean => this.hasFocus,
  });
  /** True if this window has the focus. */
  hasFocus = true;
  readonly window: FakeTarget & { readonly navigation?: FakeTarget; parent?: object; length: number };
  readonly history = {
    pushState: (..._change: unknown[]): void => {},
    replaceState: (..._change: unknown[]): void => {},
  };

  constructor(hasNavigation: boolean) {
    this.window = Object.assign(new FakeTarget(), { length: 0 }, hasNavigation && { navigation: new FakeTarget() });
    this.window.parent = this.window;
    for (const name of ['document', 'window', 'history'] as const) vi.stubGlobal(name, this[name]);
  }

  /** A script changes the document's address. */
  move(): void {
    this.history.pushState();
    this.window.navigation?.say('currententrychange');
  }
}
