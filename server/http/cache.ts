// A bounded cache in memory (the only user of lru-cache).
import { LRUCache } from 'lru-cache';

export interface Cache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
}

/** Drops what was not used for longest beyond `max` entries, and each entry `ttlMs` after it was set (0: never). */
export function createCache<Key extends string, Value extends {}>(limits: {
  readonly max: number;
  readonly ttlMs: number;
}): Cache<Key, Value> {
  return new LRUCache<Key, Value>({ max: limits.max, ttl: limits.ttlMs });
}

/** Drops what was not used for longest beyond `maxSize`, the sum of what `sizeOf` says of each entry (at least 1). */
export function createSizedCache<Key extends string, Value extends {}>(
  maxSize: number,
  sizeOf: (value: Value, key: Key) => number,
): Cache<Key, Value> {
  return new LRUCache<Key, Value>({ maxSize, sizeCalculation: sizeOf });
}
