// Sends one request to NocoDB. The token is sent only to what lies under NOCODB_URL, since another app can share its
// origin: redirects are followed only within it, and only if the method stays the same.

const MOST_REDIRECTS = 3;
/** These keep the method. 301 and 302 keep only GET. */
const SAME_METHOD = [307, 308];

/** `redirected`: the last response was a redirect that is not followed; `to` is its origin, if it has one. */
export type RawResponse =
  | { readonly type: 'answered'; readonly response: Response }
  | { readonly type: 'redirected'; readonly status: number; readonly to: string | undefined };

/**
 * @param base where NocoDB lies, without a slash at its end.
 * @param path begins with a slash.
 * @param mayFollow called before each redirected request. Rejects like `fetch`.
 */
export async function sendRequest(
  base: string,
  path: string,
  init: RequestInit,
  mayFollow: () => Promise<boolean>,
): Promise<RawResponse> {
  for (let at = base + path, hops = 0; ; hops++) {
    const response = await fetch(at, { ...init, redirect: 'manual' });
    const { status } = response;
    const location = response.headers.get('location');
    if (status < 300 || status >= 400) return { type: 'answered', response };
    await response.body?.cancel();
    const next = location !== null && URL.canParse(location, at) ? new URL(location, at) : undefined;
    const keepsMethod = SAME_METHOD.includes(status) || init.method === 'GET';
    const isInside = next?.href.startsWith(`${base}/`) === true;
    const isFollowed = isInside && keepsMethod && hops < MOST_REDIRECTS && (await mayFollow());
    // The origin of `file:` and similar URLs is the string "null".
    const to = next?.protocol.startsWith('http') ? next.origin : undefined;
    if (!isFollowed) return { type: 'redirected', status, to };
    at = next.href;
  }
}
