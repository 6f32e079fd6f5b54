// How much a site needs of ours, counted in the sites that tests build.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../helpers/own-lines.ts';

const SITES = join(import.meta.dirname, '../../sites');
const MOST_LINES = 3;
/** Nobody who serves it has a line in it. */
const UNTOUCHED = ['docs', 'deck'];
/** Hosts of a test, not sites of an owner. */
const HOSTS = ['spellings'];

const isImport = (line: string): boolean => /^(import .*;|importScripts\(.*\);)$/.test(line);

describe('a site needs for Stillhere', () => {
  const sites = readdirSync(SITES, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !HOSTS.includes(entry.name),
  );

  it.for(sites.map(({ name }) => name))('at most three lines besides imports: %s', (site) => {
    const ours = readLines(join(SITES, site)).filter(({ isOurs }) => isOurs);
    const lines = ours.map(({ text }) => text.trim()).filter((line) => !isImport(line));
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
    expect(ours.length > 0).toBe(!UNTOUCHED.includes(site));
  });
});
