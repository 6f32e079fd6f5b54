// Where the owner's pages are. Pure.

export interface OwnerPlace {
  /** Like `/owner`. */
  readonly ownerPath: string;
  readonly ownerOrigin: URL | undefined;
  readonly publicUrl: URL | undefined;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
}

/** The address of the owner's pages, without a slash at its end. Undefined: no setting says it. */
export function findOwnerUrl({ ownerPath, ownerOrigin, publicUrl, base }: OwnerPlace): string | undefined {
  const host = ownerOrigin ?? publicUrl;
  return host && new URL(base + ownerPath, host).href;
}

/** @param site where the site is, if no setting says it. */
export function ownerUrlOf(place: OwnerPlace, site: string): string {
  return findOwnerUrl(place) ?? new URL(place.base + place.ownerPath, site).href;
}
