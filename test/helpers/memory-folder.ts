// A folder for a store whose disk doesn't matter: in memory where the system has that, for tests of thousands of commits.
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';

export function makeMemoryFolder(): Promise<string> {
  return mkdtemp(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'stillhere-store-'));
}
