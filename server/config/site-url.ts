// Where readers see the site. Pure.

export interface SitePlace {
  readonly publicUrl: URL | undefined;
  readonly ownerOrigin: URL | undefined;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
}

/**
 * The address of the site, without a slash at its end. Undefined: the owner's pages have a host of their own, and no setting says which one
 * is the readers'.
 * @param asked the origin that the owner uses, if no setting says where the site is.
 */
export function siteUrlOf({ publicUrl, ownerOrigin, base }: SitePlace, asked: string): string | undefined {
  const origin = publicUrl?.origin ?? (ownerOrigin ? undefined : asked);
  return origin && origin + base;
}
