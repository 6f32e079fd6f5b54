// What comes of telling somebody outside.
import { describeError } from '../http/describe-error.ts';

export type Outcome =
  /** Nobody needs to be told any more. `note`, for the log, says who wasn't told all the same. Names no reader. */
  | { readonly type: 'told'; readonly note?: string }
  /** Nothing can be told now, so try again later. */
  | {
      readonly type: 'failed';
      /** For the log. Names no reader. */
      readonly reason: string;
      /** What the receiver asked for. */
      readonly retryAfterMs?: number;
      /** The receiver answers, but doesn't take this: what is to be told of other sessions goes first. */
      readonly isRefused?: boolean;
    }
  /** The receiver wants to be told nothing any more. It isn't asked again before the next start. */
  | { readonly type: 'gone'; readonly reason: string };

/** Is called with what came of an attempt: a type of {@link Outcome}, or `refused` for a failure that comes from what was told. */
export type OutcomeListener = (result: Outcome['type'] | 'refused') => void;

/** Tells the listener what came of it. */
export async function tellListener(telling: Promise<Outcome>, listener: OutcomeListener): Promise<Outcome> {
  const outcome = await telling;
  listener(outcome.type === 'failed' && outcome.isRefused ? 'refused' : outcome.type);
  return outcome;
}

/** A rejection counts as a failure. */
export async function outcomeOf(telling: Promise<Outcome>): Promise<Outcome> {
  try {
    return await telling;
  } catch (error) {
    return { type: 'failed', reason: describeError(error).message };
  }
}
