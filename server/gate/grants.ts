// Gives a reader a session. The same form gives the same session, on a double click or a retry without cookies.
import { createCache } from '../http/cache.ts';
import { makeSessionId } from '../store/session-id.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { NewSession } from '../store/session.ts';
import type { AccessCheck } from './access-check.ts';

/** How long a form is known. */
const SAME_FORM_MS = 10 * 60_000;
const MAX_FORMS = 10_000;

/** Who gets a session, and how that is known. */
export type Grantee = Omit<NewSession, 'id' | 'startMs'>;

/** Resolves with the id of the reader's session: one per form and reader while its access is valid, however often the form is sent. */
export type Grants = (reader: Grantee, form: string | undefined) => Promise<string>;

export function createGrants(
  store: Pick<SessionStore, 'createSession'>,
  access: Pick<AccessCheck, 'holds'>,
  now: () => number,
): Grants {
  const grants = createCache<string, Promise<string>>({ max: MAX_FORMS, ttlMs: SAME_FORM_MS });
  const make = async (reader: Grantee): Promise<string> => {
    const startMs = now();
    const id = makeSessionId(startMs);
    await store.createSession({ ...reader, id, startMs });
    return id;
  };
  return async (reader, form) => {
    if (form === undefined) return make(reader);
    const key = `${form} ${JSON.stringify(reader)}`;
    const granted = grants.get(key);
    if (granted && (await access.holds(await granted))) return granted;
    // The same form may have been submitted again while the store was read.
    const newer = grants.get(key);
    if (newer && newer !== granted) return newer;
    const made = make(reader);
    grants.set(key, made);
    made.catch(() => grants.delete(key));
    return made;
  };
}
