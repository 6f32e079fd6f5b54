// A bounded in-memory cache (the only user of lru-cache).
import { LRUCache } from 'lru-cache';

export interface Cache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
}

/** Drops the least recently used entry beyond `max` entries, and each entry `ttlMs` after it was set (0: never). */
export function createCache<Key extends string, Value extends {}>(limits: {
  readonly max: number;
  readonly ttlMs: number;
}): Cache<Key, Value> {
  return new LRUCache<Key, Value>({ max: limits.max, ttl: limits.ttlMs });
}

/** Drops the least recently used entries beyond `maxSize`, the sum of `sizeOf` over all entries (each at least 1). */
export function createSizedCache<Key extends string, Value extends {}>(
  maxSize: number,
  sizeOf: (value: Value, key: Key) => number,
): Cache<Key, Value> {
  return new LRUCache<Key, Value>({ maxSize, sizeCalculation: sizeOf });
}
