// Request bodies: read from the connection, or taken over from a body parser of the host, within the same limit.
import { connect } from 'node:net';
import { once } from 'node:events';
import type { Context, Middleware } from 'koa';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readFields, readRequestText, readText } from '../../../../server/http/body.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import type { HttpError } from '../../../../server/http/http-error.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const MAX_BYTES = 100;
const failures = errorHandler(pino({ level: 'silent' }));
const text: Middleware = async (ctx) => {
  ctx.body = { text: await readText(ctx, MAX_BYTES) };
};
const fields: Middleware = async (ctx) => {
  ctx.body = { fields: await readFields(ctx, ['email', 'next'], MAX_BYTES) };
};

/** A host's body parser: reads all of it, and leaves what `parse` makes of it on the request. */
const parser =
  (leave: (ctx: Context, bytes: Buffer) => void): Middleware =>
  async (ctx, next) => {
    const chunks: Buffer[] = [];
    for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
    leave(ctx, Buffer.concat(chunks));
    await next();
  };

async function post(
  middlewares: readonly Middleware[],
  body: BodyInit | undefined,
  type?: string,
): Promise<[number, unknown]> {
  const url = await startKoa(failures, ...middlewares);
  const init = { method: 'POST', duplex: 'half', ...(body !== undefined && { body }) } as RequestInit;
  const response = await fetch(url, { ...init, ...(type && { headers: { 'content-type': type } }) });
  return [response.status, await response.json()];
}

const refusal = (status: number, error: string): [number, unknown] => [status, { success: false, error }];
const NO_FIELDS = refusal(400, 'The body must be a form or a JSON object');

describe('the text of a body', () => {
  it('is what was sent, as UTF-8', async () => {
    expect(await post([text], 'ü'.repeat(MAX_BYTES / 2))).toEqual([200, { text: 'ü'.repeat(MAX_BYTES / 2) }]);
  });

  it('is empty where there is none', async () => {
    expect(await post([text], undefined)).toEqual([200, { text: '' }]);
  });

  it('is refused when it is not UTF-8', async () => {
    expect(await post([text], new Uint8Array([0x61, 0xff]))).toEqual(refusal(400, 'The body must be UTF-8 text'));
  });

  it.for<[string, () => BodyInit]>([
    ['that says its length', () => 'x'.repeat(MAX_BYTES + 1)],
    ['in chunks', () => new Blob(['x'.repeat(MAX_BYTES + 1)]).stream()],
  ])('is refused one byte over the limit: %s', async ([, body]) => {
    expect(await post([text], body())).toEqual(refusal(413, 'The body must not be larger than 100 bytes'));
  });

  it('is refused before it is sent, if it says that it is too long', async () => {
    const url = await startKoa(failures, text);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${MAX_BYTES + 1}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('that breaks off is a 400, not an error of ours', async () => {
    const seen: unknown[] = [];
    const url = await startKoa(async (ctx) => {
      await readText(ctx, MAX_BYTES).catch((error: unknown) => seen.push(error));
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf');
    await once(socket, 'connect');
    await expect.poll(() => (socket.destroy(), seen.length)).toBe(1);
    expect(seen).toMatchObject([
      { status: 400, message: 'The body is incomplete', cause: expect.any(Error) as unknown },
    ]);
  });
});

describe('the text of a request that nothing has read', () => {
  const raw: Middleware = async (ctx) => {
    ctx.body = { text: await readRequestText(ctx.req, MAX_BYTES) };
  };

  it('is that of its body', async () => {
    expect(await post([raw], 'ü'.repeat(MAX_BYTES / 2))).toEqual([200, { text: 'ü'.repeat(MAX_BYTES / 2) }]);
    expect(await post([raw], undefined)).toEqual([200, { text: '' }]);
    expect(await post([raw], new Uint8Array([0xff]))).toEqual(refusal(400, 'The body must be UTF-8 text'));
    expect(await post([raw], new Blob(['x'.repeat(MAX_BYTES + 1)]).stream())).toEqual(
      refusal(413, 'The body must not be larger than 100 bytes'),
    );
  });

  it('is refused before it is sent, if it says that it is too long', async () => {
    const url = await startKoa(failures, raw);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${MAX_BYTES + 1}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
  });
});

it('a refusal has its reason for the log', async () => {
  const seen: HttpError[] = [];
  const keep: Middleware = async (ctx, next) => {
    await next().catch((error: HttpError) => seen.push(error));
    ctx.body = {};
  };
  await post([keep, text], 'x'.repeat(MAX_BYTES + 1));
  await post([keep, text], new Uint8Array([0xff]));
  await post([keep, fields], 'x', 'text/plain');
  const read = parser((ctx, bytes) => Object.assign(ctx.req, { body: bytes }));
  await post([keep, read, text], 'x'.repeat(MAX_BYTES + 1));
  expect(seen.map(({ status }) => status)).toEqual([413, 400, 400, 413]);
  expect(seen.map(({ cause }) => cause instanceof Error && cause.message !== '')).toEqual([true, true, true, true]);
});

describe('the fields of a body', () => {
  const JSON_TYPE = 'application/json';
  const FORM_TYPE = 'application/x-www-form-urlencoded';

  it.for<[string, string, string]>([
    ['JSON', '{"email":"a@b.c","other":"x"}', JSON_TYPE],
    ['a form', 'email=a%40b.c&other=x', FORM_TYPE],
  ])('of %s are those that were asked for', async ([, body, type]) => {
    expect(await post([fields], body, type)).toEqual([200, { fields: { email: 'a@b.c' } }]);
  });

  it('of a multipart form are texts, not files', async () => {
    const form = new FormData();
    form.set('email', 'a@b.c');
    form.set('next', new Blob(['/x']), 'x.txt');
    // Its frame alone is longer than the limit of the others.
    const all: Middleware = async (ctx) => {
      ctx.body = await readFields(ctx, ['email', 'next'], 10_000);
    };
    expect(await post([all], form)).toEqual([200, { email: 'a@b.c' }]);
  });

  it.for(['{"email":7,"next":null}', '{"__proto__":{"email":"a@b.c"}}', '{}', '[]'])(
    'that are no texts of the object itself are left out: %s',
    async (body) => {
      const [status, answer] = await post([fields], body, JSON_TYPE);
      if (status === 200) expect(answer).toEqual({ fields: {} });
      else expect([status, answer]).toEqual(refusal(400, 'The body must be a JSON object'));
    },
  );

  it.for(['7', 'null', '"email"', '{"email":'])('of JSON that is no object (%s): 400', async (body) => {
    expect(await post([fields], body, JSON_TYPE)).toEqual(refusal(400, 'The body must be a JSON object'));
  });

  it('do not come from what an object inherits', async () => {
    const inherited: Middleware = async (ctx) => {
      ctx.body = { fields: await readFields(ctx, ['toString', 'constructor'], MAX_BYTES) };
    };
    expect(await post([inherited], '{"a":1}', JSON_TYPE)).toEqual([200, { fields: {} }]);
  });

  it.for([
    ['email=a%40b.c', 'text/plain'],
    ['no boundary', 'multipart/form-data'],
  ])('of %j as %s: 400', async ([body, type]) => {
    expect(await post([fields], body, type)).toEqual(NO_FIELDS);
  });

  it.for([
    ['x'.repeat(MAX_BYTES + 1), JSON_TYPE],
    [`email=${'x'.repeat(MAX_BYTES)}`, FORM_TYPE],
  ])('over the limit: 413', async ([body, type]) => {
    expect(await post([fields], body, type)).toEqual(refusal(413, 'The body must not be larger than 100 bytes'));
  });

  describe('that a body parser of the host has read', () => {
    const json = '{"email":"a@b.c"}';
    const onRequest = (parse: (bytes: Buffer) => unknown): Middleware =>
      parser((ctx, bytes) => Object.assign(ctx.request, { body: parse(bytes) }));
    const onNode = (parse: (bytes: Buffer) => unknown): Middleware =>
      parser((ctx, bytes) => Object.assign(ctx.req, { body: parse(bytes) }));
    const asObject = (): object => ({ email: 'a@b.c' });
    const found = [200, { fields: { email: 'a@b.c' } }];

    it.for<[string, Middleware, string, string]>([
      ['as an object on the request of Koa', onRequest(asObject), json, JSON_TYPE],
      ['as an object on the request of Node', onNode(asObject), json, JSON_TYPE],
      ['as an object, of a form', onNode(asObject), 'email=a%40b.c', FORM_TYPE],
      ['as bytes, of a form', onNode((bytes) => new Uint8Array(bytes)), 'email=a%40b.c', FORM_TYPE],
      ['as bytes, of JSON', onNode((bytes) => bytes), json, JSON_TYPE],
      ['as text, of JSON', onNode(String), json, JSON_TYPE],
      [
        'as bytes beside the object',
        parser((ctx, bytes) => Object.assign(ctx.request, { rawBody: String(bytes), body: { email: 'changed' } })),
        json,
        JSON_TYPE,
      ],
    ])('are taken %s', async ([, middleware, body, type]) => {
      expect(await post([middleware, fields], body, type)).toEqual(found);
    });

    it.for<[string, unknown]>([
      ['nothing', undefined],
      ['null', null],
      ['an empty object, as parsers leave it where there was none', {}],
      ['a number', 7],
    ])('and left %s: nothing that could be read', async ([, left]) => {
      expect(await post([onNode(() => left), fields], json, JSON_TYPE)).toEqual(
        refusal(400, 'The body must be a JSON object'),
      );
      expect(await post([onNode(() => left), text], json, JSON_TYPE)).toEqual([200, { text: '' }]);
    });

    it('are bounded, too: the limit is as large as it may be, and no byte more', async () => {
      const left = onNode((bytes) => bytes);
      expect(await post([left, text], 'x'.repeat(MAX_BYTES))).toEqual([200, { text: 'x'.repeat(MAX_BYTES) }]);
      expect(await post([left, text], 'x'.repeat(MAX_BYTES + 1))).toEqual(
        refusal(413, 'The body must not be larger than 100 bytes'),
      );
    });

    it('are text again for who reads text', async () => {
      expect(await post([onNode(asObject), text], json, JSON_TYPE)).toEqual([200, { text: json }]);
    });

    it('are not believed before the body is read', async () => {
      const early: Middleware = async (ctx, next) => {
        Object.assign(ctx.request, { body: { email: 'made@up.example' } });
        await next();
      };
      expect(await post([early, fields], 'email=a%40b.c', FORM_TYPE)).toEqual(found);
    });
  });
});
