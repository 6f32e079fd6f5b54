// How the panel and its agent in the inspected page talk. The devtools can't wait for a promise in the page, so questions and
// answers go apart: `ask`, then `take`.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { Action } from '../inspector/source.ts';

/** Where the agent stands in the page's window. */
export const AGENT = '__stillhereDevtools';

export type Question = 'read' | Action;

/** What has come up since the last time. */
export interface Taken {
  /** By the number of the question. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly announced: readonly EmittedEvent[];
  /** Something that nobody announces has changed. */
  readonly hasChanged: boolean;
}

export type Answer = { readonly value: unknown } | { readonly error: string };

export interface Agent {
  ask(nth: number, question: Question): void;
  /** A {@link Taken}, as JSON. */
  take(): string;
}

declare global {
  interface Window {
    [AGENT]?: Agent;
  }
}
