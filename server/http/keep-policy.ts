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
    const both = [...new Set([...policies, ...valuesOf(response, 'content-security-policy')])];
    if (both.length > 0) response.setHeader('content-security-policy', both);
    return writeHead(status, ...rest.filter((one) => typeof one === 'string'));
  };
}

function setAll(response: ServerResponse, headers: OutgoingHttpHeaders | OutgoingHttpHeader[]): void {
  const list = Array.isArray(headers) ? pairs(headers) : Object.entries(headers);
  for (const [name, value] of list) if (value !== undefined) response.setHeader(name, value);
}

function pairs(list: readonly OutgoingHttpHeader[]): readonly (readonly [string, OutgoingHttpHeader | undefined])[] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), list[at + 1]] as const] : []));
}

function valuesOf(response: ServerResponse, name: string): readonly string[] {
  return [response.getHeader(name) ?? []].flat().map(String);
}
