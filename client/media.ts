// Whether somebody follows a film or a sound that plays in the page. Loaded by pages in which one does.

type Media = HTMLMediaElement & {
  /** Safari, Firefox, and Chromium and Safari, in this order: whether there is sound at all. */
  readonly audioTracks?: { readonly length: number };
  readonly mozHasAudio?: boolean;
  readonly webkitAudioDecodedByteCount?: number;
};

const seen = new WeakSet<Media>();
/** The reader has started them, or moved them to another place. */
const used = new WeakSet<Media>();

const options = { capture: true, passive: true };
for (const type of ['play', 'seeked']) window.addEventListener(type, ({ target }) => note(target as Media), options);
window.addEventListener('ended', ({ target }) => used.delete(target as Media), options);

/**
 * It can be heard, has a window of its own (picture-in-picture), or the reader has started it by its controls. Anything else
 * is decoration: an endless loop, or a silent film that starts by itself, would keep a page read overnight.
 */
export function isFollowed(media: Media): boolean {
  // Its `play` was before this was loaded.
  if (!seen.has(media)) note(media);
  return !media.loop && (used.has(media) || hasSound(media) || media.ownerDocument.pictureInPictureElement === media);
}

/** A click or key of the last seconds, on the film or on what it shares a box with, as its controls. */
function note(media: Media): void {
  seen.add(media);
  const isAt = media.matches(':hover, :focus') || media.parentElement?.matches(':hover, :focus-within');
  const { userActivation } = navigator as { userActivation?: UserActivation };
  if (isAt && (userActivation?.isActive ?? true)) used.add(media);
}

function hasSound(media: Media): boolean {
  const { muted, volume, srcObject, audioTracks, mozHasAudio, webkitAudioDecodedByteCount } = media;
  if (muted || volume === 0) return false;
  if (srcObject && 'getAudioTracks' in srcObject) return srcObject.getAudioTracks().length > 0;
  return !!(audioTracks?.length ?? mozHasAudio ?? webkitAudioDecodedByteCount ?? true);
}
