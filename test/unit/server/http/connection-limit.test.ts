// How connections are counted. With real sockets: test/server/limits.test.ts.
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
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

let server: Server;
let lines: { count: number; most: number; mostOfNetwork: number; msg: string }[];
let nowMs: number;
beforeEach(() => {
  server = new EventEmitter() as unknown as Server;
  lines = [];
  nowMs = 1_000;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  return () => now.mockRestore();
});

function limit(most: number, areProxied = false): void {
  const write = (line: string): unknown => lines.push(JSON.parse(line) as (typeof lines)[number]);
  limitConnections(server, most, areProxied, pino({ level: 'warn' }, { write }));
}

function connect(address?: string): FakeSocket {
  const socket = new FakeSocket(address);
  server.emit('connection', socket);
  return socket;
}

const connectAll = (count: number, address?: string): boolean[] =>
  Array.from({ length: count }, () => connect(address)).map(({ isDestroyed }) => isDestroyed);

describe('a network', () => {
  it('has a quarter of all connections, each network its own', () => {
    limit(12);
    expect(server.maxConnections).toBe(12);
    expect(connectAll(4, '192.0.2.1')).toEqual([false, false, false, true]);
    expect(connectAll(4, '192.0.2.2')).toEqual([false, false, false, true]);
  });

  it('has one at least, and no part of one', () => {
    limit(3);
    expect(connectAll(2, '192.0.2.1')).toEqual([false, true]);
    server = new EventEmitter() as unknown as Server;
    limit(7);
    expect(connectAll(2, '192.0.2.1')).toEqual([false, true]);
  });

  it('gets a place back with each connection that closes, and no more than that', () => {
    limit(8);
    const [first] = [connect('192.0.2.1'), connect('192.0.2.1')];
    expect(connect('192.0.2.1').isDestroyed).toBe(true);
    first?.destroy();
    expect(connectAll(2, '192.0.2.1')).toEqual([false, true]);
  });

  it('that has left comes back to a whole share', () => {
    limit(8);
    for (let time = 0; time < 3; time++) {
      const both = [connect('192.0.2.1'), connect('192.0.2.1')];
      expect(both.map(({ isDestroyed }) => isDestroyed)).toEqual([false, false]);
      for (const socket of both) socket.destroy();
    }
  });

  it('of a connection whose address is gone already is one, too', () => {
    limit(8);
    expect(connectAll(3)).toEqual([false, false, true]);
  });

  it('is not looked at behind a proxy, from which they all come', () => {
    limit(8, true);
    expect(server.maxConnections).toBe(8);
    expect(connectAll(8, '192.0.2.1')).not.toContain(true);
  });

  it('and all together have no limit where none is set', () => {
    limit(0);
    expect(server.maxConnections).toBeUndefined();
    expect(connectAll(100, '192.0.2.1')).not.toContain(true);
  });
});

describe('the log', () => {
  it('says at once that connections are closed, then every 10 s how many were', () => {
    limit(4);
    connectAll(4, '192.0.2.1');
    expect(lines).toMatchObject([
      { count: 1, most: 4, mostOfNetwork: 1, msg: 'too many connections: closing new ones' },
    ]);
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

it('headers and requests must come within seconds', () => {
  expect(CONNECTION_TIMEOUTS).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 60_000,
    connectionsCheckingInterval: 5_000,
  });
});
