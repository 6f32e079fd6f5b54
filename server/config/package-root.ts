// This package, wherever its code runs from: its sources, or what was built of them.
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

const file = findPackageJSON(import.meta.url) ?? '';

export const PACKAGE_DIR = dirname(file);
export const PACKAGE_VERSION = (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;

/** Vite's output: the scripts of the channel, and the sample portfolio under `site`. */
export const BUILD_DIR = join(PACKAGE_DIR, 'dist');
