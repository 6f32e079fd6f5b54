// Loaded before the tests of a project whose files share a process: what one of them leaves replaced would be replaced for the next
// ones, whose failures would depend on the order of the files.
import { afterAll, vi } from 'vitest';

const REPLACEABLE: readonly (readonly [owner: object, names: readonly string[]])[] = [
  [
    globalThis,
    ['Date', 'performance', 'fetch', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'],
  ],
  [Date, ['now', 'parse']],
  [console, ['warn', 'error']],
];

const before = new Map(globals());

afterAll(() => {
  // A spy on a fake timer would put the fake back when a later file restores its own.
  vi.restoreAllMocks();
  const replaced = globals().flatMap(([name, value]) => (before.get(name) === value ? [] : [name]));
  if (replaced.length > 0)
    throw new Error(`This file leaves ${replaced.join(', ')} replaced: restore it after the test that replaces it.`);
});

function globals(): readonly (readonly [name: string, value: unknown])[] {
  return REPLACEABLE.flatMap(([owner, names]) => names.map((name) => [name, Reflect.get(owner, name)] as const));
}
