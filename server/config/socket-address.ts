// An address to listen on, with its port, as it is written in a setting.

export interface SocketAddress {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i;

/** Reads `127.0.0.1:9464` or `[::1]:9464`; undefined: it is none. */
export function readSocketAddress(text: string): SocketAddress | undefined {
  const [, address, name, port] = ADDRESS.exec(text) ?? [];
  const host = address ?? name;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}
