// Access to some pages only, as of an invitation.
import { isCertainlyUnder } from '../http/request-path.ts';
import { withBase } from '../http/site-base.ts';

/**
 * True if all request targets lie below the prefix.
 * @param pages a path prefix of the site.
 */
export function isWithin(targets: readonly string[], pages: string, base: string): boolean {
  const prefixes = withBase(base, [pages]);
  return targets.every((target) => isCertainlyUnder(target, prefixes));
}
