// The protocol between the panel and its agent in the inspected page. Devtools can't await a promise in the page, so
// requests and answers are separate calls: `ask`, then `take`.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { Action } from '../inspector/source.ts';

/** The agent's property name on the page's window. */
export const AGENT = '__stillhereDevtools';

export type Question = 'read' | Action;

/** Everything new since the last call. */
export interface Taken {
  /** By the number of the request. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly announced: readonly EmittedEvent[];
  /** True after a change that has no event. */
  readonly hasChanged: boolean;
}

export type Answer = { readonly value: unknown } | { readonly error: string };

export interface Agent {
  ask(nth: number, question: Question): void;
  /** Returns a {@link Taken} as JSON. */
  take(): string;
}

declare global {
  interface Window {
    [AGENT]?: Agent;
  }
}
