// A request on its way from the browser to the real server, and the answer on its way back.
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The server's answer; undefined when it is not there, or dies meanwhile. `isCut`: only half of the body arrives. */
export async function forward(
  port: number,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  isCut: boolean,
): Promise<Answer | undefined> {
  const onward = request({
    host: '127.0.0.1',
    port,
    method,
    path: url,
    headers: { ...headers, connection: 'close' },
    agent: false,
  });
  try {
    const answered = once(onward, 'response');
    if (isCut) onward.write(body.subarray(0, body.length / 2), () => onward.destroy());
    else onward.end(body);
    const [response] = (await answered) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 502, headers: response.headers, body: Buffer.concat(chunks) };
  } catch {
    return undefined;
  }
}

/** Undefined: the connection breaks. */
export function reply(answer: ServerResponse, given: Answer | undefined): void {
  if (!given) return void answer.destroy();
  const { connection: _, 'transfer-encoding': __, ...headers } = given.headers;
  answer.writeHead(given.status, { ...headers, 'content-length': given.body.length }).end(given.body);
}
