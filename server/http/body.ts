// Reads request bodies up to a maximum size (the only user of raw-body).
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { getRawBody } from 'raw-body';
import sjson from 'secure-json-parse';
import { HttpError } from './http-error.ts';

/**
 * Reads the body as text; empty if there is none.
 * @throws HttpError 413 over `maxBytes`, 400 if the body is incomplete or isn't UTF-8 text.
 */
export async function readText(ctx: Context, maxBytes: number): Promise<string> {
  return decode(await readBytes(ctx, maxBytes));
}

/** The same for a request that nothing has read yet. */
export async function readRequestText(request: IncomingMessage, maxBytes: number): Promise<string> {
  return decode(await collect(request, maxBytes, request.headers['content-length']));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new HttpError(400, 'The body must be UTF-8 text', { cause });
  }
}

/**
 * Reads the named fields of a form or a JSON object. Missing fields and non-strings are undefined.
 * @throws HttpError 413 over `maxBytes`, 400 if the body is neither.
 */
export async function readFields<Name extends string>(
  ctx: Context,
  names: readonly Name[],
  maxBytes: number,
): Promise<Partial<Record<Name, string>>> {
  const type = ctx.get('content-type');
  const isJson = Boolean(ctx.is('json')) || isFields(parsedBody(ctx));
  const value = isJson ? await readJsonField(ctx, maxBytes) : await readFormField(ctx, type, maxBytes);
  const fields: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const field = value(name);
    if (typeof field === 'string') fields[name] = field;
  }
  return fields;
}

async function readJsonField(ctx: Context, maxBytes: number): Promise<(name: string) => unknown> {
  const json: unknown = sjson.safeParse(await readText(ctx, maxBytes));
  if (typeof json !== 'object' || json === null) throw new HttpError(400, 'The body must be a JSON object');
  return (name) => (Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : undefined);
}

async function readFormField(ctx: Context, type: string, maxBytes: number): Promise<(name: string) => unknown> {
  const bytes = await readBytes(ctx, maxBytes);
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
    return (name) => form.get(name);
  } catch (cause) {
    throw new HttpError(400, 'The body must be a form or a JSON object', { cause });
  }
}

async function readBytes(ctx: Context, maxBytes: number): Promise<Buffer> {
  if (!ctx.req.readableEnded) return collect(ctx.req, maxBytes, ctx.get('content-length') || undefined);
  const bytes = Buffer.from(printParsed(ctx));
  if (bytes.length > maxBytes) throw tooLarge(maxBytes, new Error('The host has parsed a larger body'));
  return bytes;
}

async function collect(request: IncomingMessage, maxBytes: number, length: string | undefined): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit: maxBytes, length: length ?? null });
  } catch (cause) {
    if ((cause as { type?: string }).type === 'entity.too.large') throw tooLarge(maxBytes, cause);
    throw new HttpError(400, 'The body is incomplete', { cause });
  }
}

function tooLarge(maxBytes: number, cause: unknown): HttpError {
  return new HttpError(413, `The body must not be larger than ${maxBytes} bytes`, { cause });
}

/** The body as a body parser of the host left it; undefined if nothing has read it. */
function parsedBody(ctx: Context): unknown {
  if (!ctx.req.readableEnded) return undefined;
  const { rawBody, body = (ctx.req as { body?: unknown }).body } = ctx.request as { rawBody?: unknown; body?: unknown };
  return rawBody ?? body;
}

/** Fields by name, from a form or from JSON. */
function isFields(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !(body instanceof Uint8Array) && Object.keys(body).length > 0;
}

/** Serializes a parsed body again. */
function printParsed(ctx: Context): Uint8Array | string {
  const body = parsedBody(ctx);
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return isFields(body) ? JSON.stringify(body) : '';
}
