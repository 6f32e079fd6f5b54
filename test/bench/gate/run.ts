// Whether the time of an answer tells which addresses the gate lets in, with codes by mail: addresses on the list, others, and those on it
// that the owner has blocked, in random order, against a real server and a real mail server. Randomly mixed, they meet the same noise.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormReader, mailsCodes } from '../../helpers/codes-by-mail.ts';
import { keepAlive } from '../../helpers/keep-alive.ts';
import { MailServer } from '../../helpers/mail-server.ts';
import { randomFrom } from '../../helpers/seeded-random.ts';
import { OWNER_TOKEN, StillhereServer } from '../../helpers/stillhere-server.ts';
import { until } from '../../helpers/until.ts';
import type { TestApp } from '../../helpers/test-app.ts';
import { median, printTable, type Row } from '../table.ts';
import { standardizedU } from './mann-whitney.ts';

const EACH = 600;
const WARM = 200;
/** What would be found: this much is added to what one of the samples took. */
const ARTIFICIAL_MS = 2;
/**
 * Standard deviations. In six comparisons of samples without a difference, one is further away once in 15,000 runs.
 */
const MOST_DEVIATIONS = 4.4;
/** Of one length each. */
const KINDS = ['listed', 'others', 'banned', 'slowed'] as const;
type Kind = (typeof KINDS)[number];
const PAIRS: readonly (readonly [Kind, Kind])[] = [
  ['listed', 'others'],
  ['banned', 'others'],
  ['listed', 'banned'],
];
const STEPS = ['ask', 'enter'] as const;
type Step = (typeof STEPS)[number];
const NAMES: Readonly<Record<Kind, string>> = {
  listed: 'on the list',
  others: 'not on it',
  banned: 'on it, but blocked',
  slowed: `not on it, ${ARTIFICIAL_MS} ms added`,
};
const ACTIONS: Readonly<Record<Step, string>> = { ask: 'asking for a code', enter: 'a wrong code' };

const addressOf = (kind: Kind, nth: number): string =>
  `reader${String(nth).padStart(5, '0')}@${{ listed: 'listed', others: 'others', banned: 'banned', slowed: 'others' }[kind]}.example`;

const site = await mkdtemp(join(tmpdir(), 'stillhere-gate-'));
await mkdir(join(site, 'confidential'));
await writeFile(join(site, 'confidential', 'index.html'), '<!doctype html><title>Secret</title>');
const smtp = await MailServer.start();
const server = await StillhereServer.start({
  ...mailsCodes(smtp),
  SITE_DIR: site,
  PROTECT: '/confidential/',
  ALLOW: 'listed.example,banned.example',
  LIMIT_GATE: '0',
  LOG_LEVEL: 'warn',
});
const connections = keepAlive(server.port, 1);
const { send } = connections;

async function time(answer: () => ReturnType<TestApp['send']>, expected: number): Promise<number> {
  const began = performance.now();
  const { status, body } = await answer();
  const took = performance.now() - began;
  if (status !== expected) throw new Error(`${status}: ${body.slice(0, 200)}`);
  return took;
}

const random = randomFrom(20_261_128);
function shuffle<T>(values: readonly T[]): readonly T[] {
  const mixed = [...values];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

for (let nth = 0; nth < EACH; nth++)
  await send('DELETE', `/api/readers/${addressOf('banned', nth)}/access`, { authorization: `Bearer ${OWNER_TOKEN}` });
for (let nth = EACH; nth < EACH + WARM; nth++) {
  const reader = new FormReader({ send });
  await reader.ask(addressOf(nth % 2 ? 'listed' : 'others', nth));
  await reader.enter('000000');
}

const times = Object.fromEntries(
  STEPS.map((step) => [step, Object.fromEntries(KINDS.map((kind) => [kind, [] as number[]]))]),
) as Record<Step, Record<Kind, number[]>>;
const asked = shuffle(KINDS.flatMap((kind) => Array.from({ length: EACH }, (_, nth) => ({ kind, nth }))));
for (const { kind, nth } of asked) {
  const reader = new FormReader({ send });
  const address = addressOf(kind, kind === 'slowed' ? nth + 2 * (EACH + WARM) : nth);
  const added = kind === 'slowed' ? ARTIFICIAL_MS : 0;
  times.ask[kind].push((await time(() => reader.ask(address), 303)) + added);
  // A code of a million is right by chance: then the bench fails, and says so.
  times.enter[kind].push((await time(() => reader.enter('000000'), 403)) + added);
}
// Only those on the list get a mail, and all of them do.
const recipients = (): readonly string[] => smtp.mails.flatMap(({ to }) => to);
await until(() => recipients().length === EACH + WARM / 2);
if (recipients().some((address) => !address.endsWith('@listed.example')))
  throw new Error('an address that is not on the list got a mail');

function compare(step: Step, one: Kind, other: Kind): Omit<Row, 'required'> {
  const [a, b] = [times[step][one], times[step][other]];
  return {
    what: `${ACTIONS[step]}: ${NAMES[one]}, beside ${NAMES[other]}`,
    measured: Math.abs(standardizedU(a, b)),
    how: `medians ${median(a).toFixed(2)} and ${median(b).toFixed(2)} ms of ${EACH} each; standard deviations of U`,
  };
}
printTable(
  STEPS.flatMap((step) => [
    ...PAIRS.map(([one, other]) => ({ ...compare(step, one, other), required: { most: MOST_DEVIATIONS } })),
    { ...compare(step, 'slowed', 'others'), required: { least: MOST_DEVIATIONS } },
  ]),
);

connections.close();
await server.stop();
await smtp.stop();
await rm(site, { recursive: true });
