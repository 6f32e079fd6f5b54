// Chooses which Background Sync tag to request. Pure. Chromium 156's behaviour per tag (measured:
// docs/internals/background-sync.md): it fires at once, or as soon as the browser is online. After a failure it fires
// again 5 and then 15 minutes later, whatever happens meanwhile, and then never again. Until then `getTags` lists it,
// and requesting it again has no effect.

/** All tags that can be pending at the same time: enough for one attempt every 5 minutes. */
export const TAGS = ['stillhere', 'stillhere-2', 'stillhere-3'] as const;
export type Tag = (typeof TAGS)[number];

/** A tag that is pending in the browser. */
export interface WaitingTag {
  readonly tag: Tag;
  /** How often it has fired so far. */
  readonly attempts: number;
}

/**
 * Returns the tag to request after a page's delivery failed; undefined if none is needed. It must be requested while
 * the page is open, because a closing page is gone before its last delivery could cause a request. So there must always
 * be a tag that fires within 5 minutes, and offline one that hasn't fired yet, which fires when the network returns.
 */
export function chooseTag(waiting: readonly WaitingTag[], isOnline: boolean): Tag | undefined {
  const isSoon = waiting.some(({ attempts }) => attempts <= (isOnline ? 1 : 0));
  return isSoon ? undefined : TAGS.find((tag) => waiting.every((one) => one.tag !== tag));
}
