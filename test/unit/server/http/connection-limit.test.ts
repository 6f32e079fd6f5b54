// Which connections are closed, and how they are counted. With real sockets: test/server/limits.test.ts.
import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CONNECTION_TIMEOUTS, limitConnections } from '../../../../server/http/connection-limit.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string | undefined;
  isDestroyed = false;

  constructor(remoteAddress: string | undefined) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }
}

class FakeResponse extends EventEmitter {
  writableNeedDrain = false;
  readonly written: unknown[] = [];

  writeHead(...head: unknown[]): this {
    this.written.push(head);
    return this;
  }

  end(text: string): void {
    this.written.push(text);
  }
}

let server: Server;
let answered: FakeSocket[];
let silencesMs: number[];
let lines: { count: number; most: number; mostOfNetwork: number; msg: string }[];
let nowMs: number;
beforeEach(() => {
  server = fakeServer();
  answered = [];
  silencesMs = [];
  lines = [];
  nowMs = 1_000;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  return () => now.mockRestore();
});

function fakeServer(): Server {
  return Object.assign(new EventEmitter(), { setTimeout: (ms: number) => silencesMs.push(ms) }) as unknown as Server;
}

function limit(most: number, areProxied = false): void {
  const write = (line: string): unknown => lines.push(JSON.parse(line) as (typeof lines)[number]);
  const listener = ({ socket }: IncomingMessage): unknown => answered.push(socket as unknown as FakeSocket);
  limitConnections(server, listener, { most, areProxied }, pino({ level: 'warn' }, { write }));
}

/** Begins a request, whose body is here already or not. */
function request(socket: FakeSocket, complete = true): FakeResponse {
  const response = new FakeResponse();
  server.emit('request', { socket, complete } as unknown as IncomingMessage, response as unknown as ServerResponse);
  return response;
}

function connect(address?: string): FakeSocket {
  const socket = new FakeSocket(address);
  server.emit('connection', socket);
  return socket;
}

const connectAll = (count: number, address?: string): readonly FakeSocket[] =>
  Array.from({ length: count }, () => connect(address));
const areClosed = (sockets: readonly FakeSocket[]): readonly boolean[] => sockets.map(({ isDestroyed }) => isDestroyed);

describe('a network', () => {
  it('has a quarter of all connections, each network its own, and the oldest makes room', () => {
    limit(12);
    const all = [connectAll(4, '192.0.2.1'), connectAll(4, '192.0.2.2')];
    expect(all.map(areClosed)).toEqual([
      [true, false, false, false],
      [true, false, false, false],
    ]);
  });

  it('has one at least, and no part of one', () => {
    limit(3);
    expect(areClosed(connectAll(2, '192.0.2.1'))).toEqual([true, false]);
    server = fakeServer();
    limit(7);
    expect(areClosed(connectAll(2, '192.0.2.1'))).toEqual([true, false]);
  });

  it('gets a place back with each connection that closes, and no more than that', () => {
    limit(8);
    const both = connectAll(2, '192.0.2.1');
    both[0]?.destroy();
    const further = connectAll(2, '192.0.2.1');
    expect([both[1]?.isDestroyed, ...areClosed(further)]).toEqual([true, false, false]);
  });

  it('that has left comes back to a whole share', () => {
    limit(8);
    for (let time = 0; time < 3; time++) {
      const both = connectAll(2, '192.0.2.1');
      expect(areClosed(both)).toEqual([false, false]);
      for (const socket of both) socket.destroy();
    }
  });

  it('of a connection whose address is gone already is one, too', () => {
    limit(8);
    expect(areClosed(connectAll(3))).toEqual([true, false, false]);
  });

  it('is not looked at behind a proxy, from which they all come', () => {
    limit(8, true);
    expect(areClosed(connectAll(9, '192.0.2.1'))).toEqual([true, ...Array<boolean>(8).fill(false)]);
  });

  it('and all together have no limit where none is set', () => {
    limit(0);
    expect(server.maxConnections).toBeUndefined();
    expect(areClosed(connectAll(100, '192.0.2.1'))).not.toContain(true);
    request(connect('192.0.2.1'));
    expect(answered).toHaveLength(1);
  });
});

describe('all connections together', () => {
  it('are as many as the limit says, and the oldest makes room for the next, whatever its network', () => {
    limit(4);
    const four = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map(connect);
    expect(areClosed(four)).toEqual([false, false, false, false]);
    const fifth = connect('192.0.2.5');
    expect([...areClosed(four), fifth.isDestroyed]).toEqual([true, false, false, false, false]);
  });

  it('of a server are a few more, which are open only to be refused', () => {
    limit(12);
    expect(server.maxConnections).toBe(12 + 256);
  });
});

describe('room is made by', () => {
  const others = ['192.0.2.2', '192.0.2.3', '192.0.2.4'];

  it('a connection whose last answer was longest ago, not by one in use', () => {
    limit(4);
    const first = connect('192.0.2.1');
    const rest = others.map(connect);
    request(first).emit('close');
    connect('192.0.2.5');
    expect([first.isDestroyed, ...areClosed(rest)]).toEqual([false, true, false, false]);
  });

  it('one that is still sending its body, not by one that waits for its answer', () => {
    limit(4);
    const all = [connect('192.0.2.1'), ...others.map(connect)];
    for (const [nth, socket] of all.entries()) request(socket, nth !== 2);
    connect('192.0.2.5');
    expect(areClosed(all)).toEqual([false, false, true, false]);
  });

  it("one that doesn't take its answer, if no other can", () => {
    limit(4);
    const all = [connect('192.0.2.1'), ...others.map(connect)];
    for (const [nth, socket] of all.entries()) request(socket).writableNeedDrain = nth < 3;
    request(all[1] as FakeSocket, false);
    request(connect('192.0.2.5'));
    connect('192.0.2.6');
    expect(areClosed(all)).toEqual([true, true, false, false]);
  });

  it('none of those that all wait for their answer: the next one gets 503, and when to try again', () => {
    limit(4);
    const all = [connect('192.0.2.1'), ...others.map(connect)];
    for (const socket of all) request(socket);
    const refused = connect('192.0.2.5');
    const { written } = request(refused);
    expect(areClosed([...all, refused])).not.toContain(true);
    expect(answered).toEqual(all);
    expect(written).toEqual([
      [503, expect.objectContaining({ 'Retry-After': 5, Connection: 'close' })],
      '{"success":false,"error":"Too many connections; try again later"}',
    ]);
    all[0]?.destroy();
    const later = connect('192.0.2.6');
    request(later);
    expect(answered.at(-1)).toBe(later);
  });
});

describe('the log', () => {
  it('says at once that connections are closed, then every 10 s how many were', () => {
    limit(4);
    connectAll(4, '192.0.2.1');
    expect(lines).toMatchObject([{ count: 1, most: 4, mostOfNetwork: 1, msg: 'too many connections: closing some' }]);
    nowMs += 9_999;
    connect('192.0.2.1');
    expect(lines).toHaveLength(1);
    nowMs += 1;
    connect('192.0.2.1');
    expect(lines).toMatchObject([{ count: 1 }, { count: 4 }]);
    nowMs += 10_000;
    connect('192.0.2.1');
    expect(lines).toMatchObject([{ count: 1 }, { count: 4 }, { count: 1 }]);
  });

  it('says it of those, too, that the server itself has dropped', () => {
    limit(4);
    server.emit('drop');
    expect(lines).toMatchObject([{ count: 1 }]);
  });
});

it('a connection on which nothing moves for two minutes is closed', () => {
  limit(0);
  expect(silencesMs).toEqual([120_000]);
});

it('an idle connection of a proxy is kept for longer than the proxy keeps it, one of a reader as long as Node does', () => {
  limit(8, true);
  expect(server.keepAliveTimeout).toBe(130_000);
  server = fakeServer();
  limit(8, false);
  expect(server.keepAliveTimeout).toBeUndefined();
});

it('headers and requests must come within seconds', () => {
  expect(CONNECTION_TIMEOUTS).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 60_000,
    connectionsCheckingInterval: 5_000,
  });
});
