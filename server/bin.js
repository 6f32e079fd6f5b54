#!/usr/bin/env node
// The command. In a clone the sources run as they are; Node refuses TypeScript in node_modules, so what is installed is built.
import { existsSync } from 'node:fs';

const source = new URL('cli.ts', import.meta.url);
await import(existsSync(source) ? source.href : '../dist/server/cli.js');
