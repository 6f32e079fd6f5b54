// Where the Stillhere server of this site is: the one place that knows it on the device.

declare global {
  /**
   * The path under which the server and the site lie, like `/work`. The page library that the server serves sets it by its own
   * address (client/served-base.ts), and the server sets it in the workers that it serves. A site's own bundle or worker sets it by
   * hand (docs/deployment.md).
   */
  var stillhereBase: string | undefined;
  /** The origin of the Stillhere server, like `https://stillhere.example`, if it differs from the site's. */
  var stillhereServer: string | undefined;
}

/**
 * The path under which the server lies; empty at the root. It is part of the names of what is kept on the device, because other sites
 * may lie under other paths of the same origin.
 */
export function siteBase(): string {
  return globalThis.stillhereBase ?? '';
}

/** Not a relative path: a page's `<base>` could redirect it. */
export function serverAddress(): string {
  return (globalThis.stillhereServer ?? globalThis.origin ?? '') + siteBase();
}
