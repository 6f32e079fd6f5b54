// Keeps the open connections in the order in which they wait for their client: for its headers, for its body, for its next
// request, or until it takes what we send. Those that wait for us are never offered for closing.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  readonly network: string;
  request?: IncomingMessage | undefined;
  response?: ServerResponse | undefined;
}

export class WaitingConnections {
  /** The one that has waited longest comes first. */
  readonly #all = new Map<Socket, Connection>();
  readonly #ofNetwork = new Map<string, Map<Socket, Connection>>();

  /** @param network of its client, as of server/http/client-network.ts. */
  add(socket: Socket, network: string): void {
    this.#put({ socket, network });
  }

  delete(socket: Socket): void {
    const connection = this.#all.get(socket);
    if (!connection) return;
    this.#all.delete(socket);
    const siblings = this.#ofNetwork.get(connection.network);
    siblings?.delete(socket);
    if (siblings?.size === 0) this.#ofNetwork.delete(connection.network);
  }

  /** A request has begun: its headers are here. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#all.get(request.socket);
    if (!connection) return;
    this.#move(connection, request, response);
    response.once('close', () => {
      if (connection.response === response) this.#move(connection, undefined, undefined);
    });
  }

  /** @param network undefined: of all networks together. */
  count(network?: string): number {
    return this.#list(network).size;
  }

  /**
   * The connection that has waited longest for a request, or else for its client to take the answer; undefined: all wait for us.
   * @param newest is not offered.
   * @param network undefined: of all networks together.
   */
  findIdle(newest: Socket, network?: string): Socket | undefined {
    for (const isIdle of [waitsForRequest, waitsForReader])
      for (const connection of this.#list(network).values())
        if (connection.socket !== newest && isIdle(connection)) return connection.socket;
    return undefined;
  }

  #list(network: string | undefined): ReadonlyMap<Socket, Connection> {
    return network === undefined ? this.#all : (this.#ofNetwork.get(network) ?? new Map());
  }

  #move(connection: Connection, request: IncomingMessage | undefined, response: ServerResponse | undefined): void {
    connection.request = request;
    connection.response = response;
    // It may be closed meanwhile.
    if (!this.#all.has(connection.socket)) return;
    this.delete(connection.socket);
    this.#put(connection);
  }

  #put(connection: Connection): void {
    const { socket, network } = connection;
    this.#all.set(socket, connection);
    const siblings = this.#ofNetwork.get(network) ?? new Map<Socket, Connection>();
    siblings.set(socket, connection);
    this.#ofNetwork.set(network, siblings);
  }
}

function waitsForRequest({ request }: Connection): boolean {
  return !request?.complete;
}

function waitsForReader({ response }: Connection): boolean {
  return response?.writableNeedDrain === true;
}
