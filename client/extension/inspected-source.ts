// Reads the inspected page's device from the devtools. They can only evaluate an expression there and get plain data
// back synchronously. So an agent (agent.ts) is injected into the page and polled twice a second while the panel is
// visible. That uses no network and needs no host permissions.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { Snapshot } from '../inspector/snapshot.ts';
import type { Action, Source } from '../inspector/source.ts';
import { AGENT, type Answer, type Question, type Taken } from './agent-protocol.ts';
import { evaluate } from './devtools-api.ts';

const LOOK_EVERY_MS = 500;
/** The interval while an answer is pending. */
const HURRY_MS = 30;
/** A delivery without an answer may take the worker 20 s. */
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
      // A hidden panel draws no frames.
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
    await evaluate(`window.${AGENT}.ask(${nth}, ${JSON.stringify(question)})`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(nth, { resolve, reject, until: Date.now() + PATIENCE_MS });
      void this.#look();
    });
  }

  /** Polls the agent, and soon again while an answer is pending. */
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

  /** The page has changed and has no agent, so pending requests get no answer. */
  #startAnew(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('The page was left'));
    this.#waiting.clear();
    this.#listener(undefined);
  }
}

/** The agent's script, from the extension's own files. */
async function readAgent(): Promise<string> {
  return (await fetch('agent.js')).text();
}
