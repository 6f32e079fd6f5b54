// Keeps the headers of an answer from behind the gate when a host sets its own afterwards.
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Of `writeHead`: after the status, there may be its text, and headers as an object or as a list of names and values. */
type Head = readonly [status: number, ...rest: (string | OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined)[]];

/**
 * Of two Content-Security-Policies both hold, and an answer that no shared cache may store stays so, unless the host is
 * stricter. Call it when Stillhere has set its headers; without any, it changes nothing.
 */
export function keepPolicy(response: ServerResponse): void {
  const caching = response.getHeader('cache-control');
  const policies = valuesOf(response, 'content-security-policy');
  if (caching === undefined && policies.length === 0) return;
  const writeHead = response.writeHead.bind(response) as (status: number, message?: string) => ServerResponse;
  response.writeHead = (...[status, ...rest]: Head) => {
    for (const headers of rest) if (typeof headers === 'object') setAll(response, headers);
    if (caching && !/private|no-store/i.test(String(response.getHeader('cache-control'))))
      response.setHeader('cache-control', caching);
    const both = new Set([...policies, ...valuesOf(response, 'content-security-policy')]);
    response.setHeader('content-security-policy', [...both]);
    return writeHead(status, ...rest.filter((one) => typeof one === 'string'));
  };
}

/** As `writeHead` does: a name can be in a list several times, like that of a cookie. */
function setAll(response: ServerResponse, headers: OutgoingHttpHeaders | OutgoingHttpHeader[]): void {
  const all = Object.entries(Array.isArray(headers) ? byName(headers) : headers);
  for (const [name, value] of all) if (value !== undefined) response.setHeader(name, value);
}

function byName(list: readonly OutgoingHttpHeader[]): Readonly<Record<string, string[]>> {
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < list.length; at += 2) {
    const name = String(list[at]).toLowerCase();
    headers[name] = [...(headers[name] ?? []), ...[list[at + 1] ?? []].flat().map(String)];
  }
  return headers;
}

function valuesOf(response: ServerResponse, name: string): readonly string[] {
  return [response.getHeader(name) ?? []].flat().map(String);
}
