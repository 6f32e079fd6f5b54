// Cookies and access for tests without a browser.

/** The Cookie header for a response's cookies. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

/** Passes a server's gate; resolves with the Cookie header to send afterwards. */
export async function askForAccess(url: string, email = 'ann@example.com'): Promise<string> {
  return cookiesOf(
    await fetch(`${url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    }),
  );
}
