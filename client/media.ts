// Whether the reader follows media that play in the page. Loaded when something plays.

type Media = HTMLMediaElement & {
  /** Safari; Firefox; Chromium and Safari: whether there is sound at all. */
  readonly audioTracks?: { readonly length: number };
  readonly mozHasAudio?: boolean;
  readonly webkitAudioDecodedByteCount?: number;
};

const seen = new WeakSet<Media>();
/** Media that the reader has started or moved to another position. */
const used = new WeakSet<Media>();

const options = { capture: true, passive: true };
for (const type of ['play', 'seeked']) window.addEventListener(type, ({ target }) => note(target as Media), options);
window.addEventListener('ended', ({ target }) => used.delete(target as Media), options);

/**
 * True if the media can be heard, are in picture-in-picture, or were started by the reader. Everything else is
 * decoration: an endless loop or a silent autoplaying film would keep a page counting overnight.
 */
export function isFollowed(media: Media): boolean {
  // Its `play` event came before this file was loaded.
  if (!seen.has(media)) note(media);
  return !media.loop && (used.has(media) || hasSound(media) || media.ownerDocument.pictureInPictureElement === media);
}

/**
 * Checks for a click or key in the last seconds, on the media or within their parent, which contains custom controls.
 */
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
