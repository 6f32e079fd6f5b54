// The process of slow-clients.ts.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SlowClientsPlan } from './slow-clients.ts';

const AT_ONCE = 500;
const REPORT_EVERY_MS = 200;

const plan = JSON.parse(process.argv[2] ?? '') as SlowClientsPlan;
const open = new Set<Socket>();
const statuses: Record<string, number> = {};
let made = 0;
let begun = 0;

/** Resolves when it is connected, or has failed. */
async function connectOne(localAddress: string | undefined): Promise<void> {
  const socket = connect({ port: plan.port, host: '127.0.0.1', ...(localAddress && { localAddress }) });
  socket.on('error', () => {});
  socket.on('connect', () => {
    open.add(socket);
    if (plan.first !== '') socket.write(plan.first);
  });
  socket.on('data', (data) => {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(String(data))?.[1] ?? 'none';
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  socket.on('close', () => open.delete(socket));
  // It rejects on an error.
  await once(socket, 'connect').catch(() => {});
  // The server may have closed it again already, which a busy process sees before it sees that it was connected.
  made++;
}

async function connectInTurn(): Promise<void> {
  while (begun < plan.count) await connectOne(plan.addresses[begun++ % plan.addresses.length]);
}

setInterval(() => process.send?.({ made, open: open.size, statuses }), REPORT_EVERY_MS);
if (plan.eachSecond !== '')
  setInterval(() => {
    for (const socket of open) socket.write(plan.eachSecond);
  }, 1_000);
await Promise.all(Array.from({ length: AT_ONCE }, connectInTurn));
