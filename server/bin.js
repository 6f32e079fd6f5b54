#!/usr/bin/env node
// The `stillhere` command. A clone runs the sources directly. Node rejects TypeScript in node_modules, so the installed
// package is built.
import { existsSync } from 'node:fs';

const source = new URL('cli.ts', import.meta.url);
await import(existsSync(source) ? source.href : '../dist/server/cli.js');
