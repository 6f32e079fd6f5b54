// Which tag of Background Sync to ask for. Pure. What Chromium 156 does with a tag (measured:
// docs/internals/background-sync.md): it fires at once, or as soon as the browser is online; after a failure again 5 and then
// 15 minutes later, whatever happens meanwhile, and then never again. Until then `getTags` names it, and asking for it again
// does nothing.

/** All that may ever wait at a time: as many as it takes for one to be tried each 5 minutes. */
export const TAGS = ['stillhere', 'stillhere-2', 'stillhere-3'] as const;
export type Tag = (typeof TAGS)[number];

/** A tag that the browser still has. */
export interface WaitingTag {
  readonly tag: Tag;
  /** How often it has fired so far. */
  readonly attempts: number;
}

/**
 * The tag to ask for after a page's delivery has failed; undefined: none. It must be asked for while the page is there: a
 * page that closes is gone before its last word could bring one about. So there is always to be a tag that waits 5 minutes
 * at most, and offline one that hasn't fired yet, which will as soon as the network is back.
 */
export function chooseTag(waiting: readonly WaitingTag[], isOnline: boolean): Tag | undefined {
  const isSoon = waiting.some(({ attempts }) => attempts <= (isOnline ? 1 : 0));
  return isSoon ? undefined : TAGS.find((tag) => waiting.every((one) => one.tag !== tag));
}
