// Where the owner's pages are. Pure.

export interface OwnerPlace {
  /** Like `/owner`. */
  readonly ownerPath: string;
  readonly ownerOrigin: URL | undefined;
  readonly publicUrl: URL | undefined;
}

/** The address of the owner's pages, without a slash at its end. Undefined: no setting says it. */
export function findOwnerUrl({ ownerPath, ownerOrigin, publicUrl }: OwnerPlace): string | undefined {
  const base = ownerOrigin ?? publicUrl;
  return base && new URL(ownerPath, base).href;
}

/** @param site where the site is, if no setting says it. */
export function ownerUrlOf(place: OwnerPlace, site: string): string {
  return findOwnerUrl(place) ?? new URL(place.ownerPath, site).href;
}
