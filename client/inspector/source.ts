// Where the view gets its data: from its own page or, in the devtools, from the inspected page.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { FailureName } from './failures.ts';
import type { Snapshot } from './snapshot.ts';

/** The actions that a person can request. `drop` and `replay` name a span. */
export type Action =
  | 'deliver'
  | 'go-offline'
  | 'go-online'
  | 'clear-refused'
  | { readonly drop: string }
  | { readonly replay: string }
  | { readonly simulate: FailureName };

export interface Source {
  /** Reads the current state of the device. */
  read(): Promise<Snapshot>;
  /**
   * Calls `listener` with each event, and with undefined after other changes, until the returned function is called.
   */
  watch(listener: (announced: EmittedEvent | undefined) => void): () => void;
  /** Resolves when done; rejects with a message for people if it fails. */
  act(action: Action): Promise<void>;
}
