// Cookies and access for tests without a browser.

/** What the cookies of an answer are sent back as. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

/** Passes the gate of a server; resolves with what a browser sends from then on. */
export async function askForAccess(url: string): Promise<string> {
  return cookiesOf(
    await fetch(`${url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ann@example.com' }),
    }),
  );
}
