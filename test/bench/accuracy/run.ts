// npm run bench:accuracy [-- --engine chromium|firefox|webkit] [--only scenario[,scenario]]
// Plays each scenario for the three contenders at once, each in a browser of its own, before one real server; prints what
// is recorded beside what is true, and exits 1 where ours falls short.
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { StillhereServer, type SessionDetail } from '../../helpers/stillhere-server.ts';
import type { Device } from '../../helpers/engines/engine.ts';
import { openChromium, openFirefox } from '../../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../../helpers/engines/webkit-device.ts';
import { CONTENDERS, PROTECT, writeSite, type Contender } from './contenders.ts';
import { Network } from './network.ts';
import { Reader } from './reader.ts';
import { shortfalls, toRow, type Row } from './row.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { printTable } from './table.ts';

const ENGINES: Readonly<Record<string, () => Promise<Device>>> = {
  chromium: openChromium,
  firefox: openFirefox,
  webkit: openWebKit,
};
/** A record that hasn't changed for so long is what the owner is told. */
const SETTLED_MS = 3_000;
const CANNOT = "can't be scripted here";

const { values } = parseArgs({
  options: { engine: { type: 'string', default: 'chromium' }, only: { type: 'string', default: '' } },
});
const openDevice = ENGINES[values.engine];
const only = values.only.split(',').filter(Boolean);
const chosen = SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
if (!openDevice || chosen.length === 0) {
  console.error(`--engine ${Object.keys(ENGINES).join('|')}  --only ${SCENARIOS.map(({ name }) => name).join(',')}`);
  process.exit(2);
}

const server = await StillhereServer.start({ SITE_DIR: await writeSite(), PROTECT });
const rows: Row[] = [];
let version = '';
let isShort = false;
for (const scenario of chosen) {
  const beganAt = performance.now();
  const verdict = await playAll(scenario, openDevice);
  isShort ||= verdict !== 'ok' && verdict !== CANNOT;
  console.info(`${scenario.name}: ${verdict} (${Math.round((performance.now() - beganAt) / 1_000)} s)`);
}
await server.stop();
printTable(rows, version);
process.exitCode = isShort ? 1 : 0;

/** What came of ours, in words; a scenario that breaks off is told and doesn't keep the others from being played. */
async function playAll(scenario: Scenario, open: () => Promise<Device>): Promise<string> {
  try {
    const played = await Promise.all(CONTENDERS.map((contender) => play(scenario, contender, open)));
    const found = played.filter((row) => row !== undefined);
    rows.push(...found);
    const ours = found.find(({ contender }) => contender === 'ours');
    if (!ours) return CANNOT;
    const wrong = shortfalls(ours);
    return wrong.length > 0 ? `${wrong.join('; ')}\n  recorded spans: ${ours.spans}\n ` : 'ok';
  } catch (error) {
    return `broke off: ${String(error)}`;
  }
}

async function play(scenario: Scenario, contender: Contender, open: () => Promise<Device>): Promise<Row | undefined> {
  const device = await open();
  const network = await Network.open(server.url, scenario.clock);
  version = device.version;
  try {
    if (scenario.needs && !device.abilities.includes(scenario.needs)) return undefined;
    const reader = new Reader(contender, device, network);
    await scenario.play(reader);
    return toRow(scenario, reader, await settledRecord(reader.session));
  } finally {
    await device.close();
    await network.close();
  }
}

async function settledRecord(session: string): Promise<SessionDetail> {
  for (let last = ''; ; await delay(SETTLED_MS)) {
    const record = await server.session(session);
    if (JSON.stringify(record) === last) return record;
    last = JSON.stringify(record);
  }
}
