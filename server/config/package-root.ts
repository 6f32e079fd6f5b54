// This package, wherever its code runs from: its sources, or what was built of them.
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';

const file = findPackageJSON(import.meta.url) ?? '';

export const PACKAGE_DIR = dirname(file);
export const PACKAGE_VERSION = (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
