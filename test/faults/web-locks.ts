// Web Locks of one device. Who is killed lets go of what it held and asked for.
import type { Realm } from './realm.ts';

interface Wish {
  readonly name: string;
  readonly realm: Realm;
  readonly run: () => Promise<unknown>;
  isHeld: boolean;
}

export class WebLocks {
  #wishes: Wish[] = [];

  /** `navigator.locks`, as far as it is used. Nobody is ever left without it here, so no wish is given up. */
  of(realm: Realm): unknown {
    return {
      request: <T>(name: string, _options: object, work: () => Promise<T>) => this.#request(realm, name, work),
      query: async () => ({ held: this.#wishes.filter(({ isHeld }) => isHeld) }),
    };
  }

  #request<T>(realm: Realm, name: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // What was under way when it was killed may still come to ask.
      if (!realm.isAlive) return;
      const run = (): Promise<unknown> => work().then(resolve, reject);
      this.#wishes.push({ name, realm, run, isHeld: false });
      this.#grant(name);
    });
  }

  release(realm: Realm): void {
    const names = new Set(this.#wishes.filter((wish) => wish.realm === realm).map(({ name }) => name));
    this.#wishes = this.#wishes.filter((wish) => wish.realm !== realm);
    for (const name of names) this.#grant(name);
  }

  #grant(name: string): void {
    const first = this.#wishes.find((wish) => wish.name === name);
    if (!first || first.isHeld) return;
    first.isHeld = true;
    setImmediate(() => {
      if (!first.realm.isAlive) return;
      void first.run().finally(() => {
        if (!first.realm.isAlive) return;
        this.#wishes.splice(this.#wishes.indexOf(first), 1);
        this.#grant(name);
      });
    });
  }
}
