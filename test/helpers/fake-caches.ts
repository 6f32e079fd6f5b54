// The part of `caches` that page-cache.ts uses, as specified: entries in insertion order.

class FakeCache {
  readonly #entries = new Map<string, Response>();
  /** Number of responses that can still be stored before the device is full. */
  room = Infinity;

  async put(url: string, answer: Response): Promise<void> {
    if (this.room-- <= 0) throw new DOMException('no room', 'QuotaExceededError');
    this.#entries.delete(url);
    this.#entries.set(url, answer);
  }

  async match(request: string | Request, _how?: CacheQueryOptions): Promise<Response | undefined> {
    return this.#entries.get(toUrl(request))?.clone();
  }

  async matchAll(): Promise<Response[]> {
    return [...this.#entries.values()];
  }

  async keys(): Promise<Request[]> {
    return Array.from(this.#entries.keys(), (url) => new Request(url));
  }

  async delete(request: Request, _how?: CacheQueryOptions): Promise<boolean> {
    return this.#entries.delete(toUrl(request));
  }
}

export class FakeCaches {
  readonly #caches = new Map<string, FakeCache>();

  async open(name: string): Promise<FakeCache> {
    const cache = this.#caches.get(name) ?? new FakeCache();
    this.#caches.set(name, cache);
    return cache;
  }

  async has(name: string): Promise<boolean> {
    return this.#caches.has(name);
  }

  async keys(): Promise<string[]> {
    return [...this.#caches.keys()];
  }

  async delete(name: string): Promise<boolean> {
    return this.#caches.delete(name);
  }
}

function toUrl(request: string | Request): string {
  return typeof request === 'string' ? request : request.url;
}
