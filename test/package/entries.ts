// The doors of a package: what its package.json exports.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Doors = ReadonlyArray<
  readonly [door: string, target: string | { readonly types: string; readonly default: string }]
>;

export function readDoors(packageDir: string): Doors {
  const manifest = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    readonly exports: Record<string, Doors[number][1]>;
  };
  return Object.entries(manifest.exports);
}
