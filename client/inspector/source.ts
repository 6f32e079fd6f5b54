// Where the view gets what it shows: the page that it stands in, or, in the devtools, the page that is inspected.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { Snapshot } from './snapshot.ts';

/** What a person may ask for. */
export type Action = 'deliver' | 'go-offline' | 'go-online' | 'clear-refused';

export interface Source {
  /** What lies on the device now. */
  read(): Promise<Snapshot>;
  /** Tells what is announced, and with undefined that something else has changed, until the returned function is called. */
  watch(listener: (announced: EmittedEvent | undefined) => void): () => void;
  /** Resolves when it is done; rejects, with words for a person, where it can't be. */
  act(action: Action): Promise<void>;
}
