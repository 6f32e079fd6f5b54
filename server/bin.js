#!/usr/bin/env node
// The `stillhere` command. A clone runs the sources directly. Node rejects TypeScript in node_modules, so the installed
// package is built.
import { existsSync } from 'node:fs';

const OLDEST_NODE = 24;
if (Number.parseInt(process.versions.node) < OLDEST_NODE) {
  console.error(
    `Stillhere needs Node ${OLDEST_NODE} or later, and this is ${process.versions.node}: see https://nodejs.org.`,
  );
  process.exit(1);
}

const source = new URL('cli.ts', import.meta.url);
await import(existsSync(source) ? source.href : '../dist/server/cli.js');
