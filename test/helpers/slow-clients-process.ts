// The process of slow-clients.ts.
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SlowClientsPlan } from './slow-clients.ts';

const MOST_CONNECTING = 500;
const REPORT_EVERY_MS = 200;

const plan = JSON.parse(process.argv[2] ?? '') as SlowClientsPlan;
const open = new Set<Socket>();
const statuses: Record<string, number> = {};
let connected = 0;
let connecting = 0;

function connectOne(localAddress: string | undefined): void {
  connecting++;
  let isConnecting = true;
  const end = (): void => {
    if (isConnecting) connecting--;
    isConnecting = false;
  };
  const socket = connect({ port: plan.port, host: '127.0.0.1', ...(localAddress && { localAddress }) });
  socket.on('error', () => {});
  socket.on('connect', () => {
    end();
    connected++;
    open.add(socket);
    if (plan.first !== '') socket.write(plan.first);
  });
  socket.on('data', (data) => {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(String(data))?.[1] ?? 'none';
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  socket.on('close', () => {
    end();
    open.delete(socket);
  });
}

setInterval(() => process.send?.({ connected, open: open.size, statuses }), REPORT_EVERY_MS);
if (plan.eachSecond !== '')
  setInterval(() => {
    for (const socket of open) socket.write(plan.eachSecond);
  }, 1_000);
for (let nth = 0; nth < plan.count; nth++) {
  while (connecting >= MOST_CONNECTING) await delay(1);
  connectOne(plan.addresses[nth % plan.addresses.length]);
}
