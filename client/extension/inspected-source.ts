// The device of the page that is inspected, looked at from the devtools. They can only run an expression there and get plain
// data back at once, so an agent (agent.ts) is put into the page, and what it has to say is fetched: twice a second while
// the panel can be seen. That touches no network, and needs no permission for any site.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { Snapshot } from '../inspector/snapshot.ts';
import type { Action, Source } from '../inspector/source.ts';
import { AGENT, type Answer, type Question, type Taken } from './agent-protocol.ts';
import { evaluate } from './devtools-api.ts';

const LOOK_EVERY_MS = 500;
/** While an answer is waited for. */
const HURRY_MS = 30;
/** A delivery that hangs may take the worker 20 s. */
const PATIENCE_MS = 35_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly until: number;
}

export class InspectedSource implements Source {
  readonly #waiting = new Map<number, Waiting>();
  #listener: (announced: EmittedEvent | undefined) => void = () => {};
  #asked = 0;
  #hurry: ReturnType<typeof setTimeout> | undefined;

  read(): Promise<Snapshot> {
    return this.#ask('read') as Promise<Snapshot>;
  }

  async act(action: Action): Promise<void> {
    await this.#ask(action);
  }

  watch(listener: (announced: EmittedEvent | undefined) => void): () => void {
    this.#listener = listener;
    let isDue = false;
    const timer = setInterval(() => {
      if (isDue) return;
      isDue = true;
      // A panel that is behind another one draws no frames.
      requestAnimationFrame(() => {
        isDue = false;
        void this.#look();
      });
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }

  async #ask(question: Question): Promise<unknown> {
    const nth = ++this.#asked;
    const isThere = await evaluate(`'${AGENT}' in window`);
    if (!isThere) await evaluate(await readAgent());
    await evaluate(`window.${AGENT}.ask(${nth}, '${question}')`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(nth, { resolve, reject, until: Date.now() + PATIENCE_MS });
      void this.#look();
    });
  }

  /** Fetches what the agent has to say, and again soon while it owes an answer. */
  async #look(): Promise<void> {
    clearTimeout(this.#hurry);
    try {
      const taken = await evaluate(`'${AGENT}' in window ? window.${AGENT}.take() : null`);
      if (typeof taken === 'string') this.#take(JSON.parse(taken) as Taken);
      else this.#startAnew();
    } catch {
      this.#startAnew();
    }
    for (const [nth, { reject, until }] of this.#waiting)
      if (Date.now() > until) {
        this.#waiting.delete(nth);
        reject(new Error('The page does not answer'));
      }
    clearTimeout(this.#hurry);
    if (this.#waiting.size > 0) this.#hurry = setTimeout(() => void this.#look(), HURRY_MS);
  }

  #take({ answers, announced, hasChanged }: Taken): void {
    for (const [nth, answer] of Object.entries(answers)) this.#settle(Number(nth), answer);
    for (const heard of announced) this.#listener(heard);
    if (hasChanged) this.#listener(undefined);
  }

  #settle(nth: number, answer: Answer): void {
    const waiting = this.#waiting.get(nth);
    this.#waiting.delete(nth);
    if ('error' in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }

  /** Another page is there, with no agent in it: what was asked of the last one has no answer. */
  #startAnew(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('The page was left'));
    this.#waiting.clear();
    this.#listener(undefined);
  }
}

/** The agent's script, out of the extension's own files. */
async function readAgent(): Promise<string> {
  return (await fetch('agent.js')).text();
}
