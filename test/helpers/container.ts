// A container without a container engine: a container file's instructions, as a script.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { packedTarball } from './packed.ts';
import { readSnippet } from './read-snippet.ts';

/** Debian's user `nobody`, in place of the image's user `node`. */
const NOBODY = 65_534;
const run = promisify(execFile);

/**
 * Builds the container of docs/deployment.md, with a site of one protected page.
 * @param context an empty folder, for what the file copies.
 * @param root an empty folder, in place of the container's file system.
 */
export async function buildContainer(context: string, root: string): Promise<Container> {
  await chmod(root, 0o755);
  await copyFile(packedTarball(), join(context, 'stillhere-0.1.0.tgz'));
  await mkdir(join(context, 'dist/report'), { recursive: true });
  await writeFile(join(context, 'dist/report/index.html'), '<!doctype html><title>The report</title>');
  const container = new Container(root, context);
  await container.build(await readSnippet('docs/deployment.md', 'dockerfile', 'FROM'));
  return container;
}

/** A container file's instructions, in a folder in place of its file system. */
export class Container {
  readonly root: string;
  readonly #context: string;
  readonly #environment: Record<string, string> = {};
  #directory = '/';
  #user: number | undefined;
  #command: readonly string[] = [];
  #check = '';

  constructor(root: string, context: string) {
    this.root = root;
    this.#context = context;
  }

  async build(file: string): Promise<void> {
    for (const line of file.trim().split('\n')) {
      const [instruction = '', ...words] = line.split(' ');
      const rest = words.join(' ');
      if (instruction === 'WORKDIR') await mkdir((this.#directory = join(this.root, rest)), { recursive: true });
      else if (instruction === 'COPY') await this.#copy(words);
      // The image's user has another name on Debian.
      else if (instruction === 'RUN') await this.run(rest.replace('chown node', 'chown nobody'));
      else if (instruction === 'USER') this.#user = NOBODY;
      else if (instruction === 'ENV') for (const word of words) this.#set(word);
      else if (instruction === 'HEALTHCHECK') this.#check = rest.replace(/^CMD /, '');
      else if (instruction === 'CMD') this.#command = JSON.parse(rest) as string[];
      else expect(['FROM', 'VOLUME', 'EXPOSE']).toContain(instruction);
    }
  }

  start(): ChildProcess {
    const [program = '', ...words] = this.#command;
    return spawn(program, words, { ...this.#options(), stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** Runs a command in place of the container's own. */
  async run(command: string): Promise<void> {
    await run('sh', ['-c', command], this.#options());
  }

  /** Resolves if the health check succeeds. */
  async check(port: number): Promise<void> {
    await run('sh', ['-c', this.#check.replace('8080', String(port))], this.#options());
  }

  set(name: string, value: string): void {
    this.#environment[name] = value;
  }

  #set(word: string): void {
    const [name = '', value = ''] = word.split('=');
    this.set(name, value);
  }

  async #copy([from = '', to = '']: readonly string[]): Promise<void> {
    const source = join(this.#context, from);
    if ((await stat(source)).isDirectory()) await cp(source, join(this.#directory, to), { recursive: true });
    else await copyFile(source, join(this.#directory, to, basename(source)));
  }

  #options() {
    const env = { ...process.env, ...this.#environment };
    return { cwd: this.#directory, env, ...(this.#user !== undefined && { uid: this.#user, gid: this.#user }) };
  }
}
