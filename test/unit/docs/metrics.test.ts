// docs/metrics.md has every metric, and the dashboard and the alerts name none that doesn't exist.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../server/ops/metrics.ts';
import { parseMetrics } from '../../helpers/read-metrics.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const readDocs = (file: string): string => readFileSync(join(DOCS, file), 'utf8');

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Type and labels, by name. */
let ours: Map<string, string>;
/** All that an expression can name. */
let names: Set<string>;
beforeAll(async () => {
  const counts = { liveReaders: 1, outboxes: [{ consumer: 'mail', sessions: 1, oldestMs: 1 }] };
  const metrics = await createMetrics(async () => ({ isUp: true, counts }));
  // A metric has labels once it was counted.
  metrics.countRequest('site', 200);
  metrics.countNocodb('ok');
  metrics.countWebhook('told');
  metrics.countMail('owner', 'told');
  const { types, values } = parseMetrics(await metrics.read());
  const labelsOf = (name: string): readonly string[] => {
    const sample = [...values.keys()].find((one) => one.startsWith(`${name}{`)) ?? '';
    return [...sample.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
  };
  ours = new Map(
    [...types]
      .filter(([name]) => name.startsWith('stillhere_'))
      .map(([name, type]) => [name, [type, ...labelsOf(name)].join(' ')]),
  );
  names = new Set(
    [...types].flatMap(([name, type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  );
});

/** The metrics that an expression of PromQL names. */
function namedIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring) *\([^)]*\)/g, ' ');
  return [...bare.matchAll(/(?<![\w$])[a-z]\w*(?![\w(]| *\()/g)]
    .map(([name]) => name)
    .filter((name) => !['or', 'and', 'unless'].includes(name));
}

const dashboard = JSON.parse(readDocs('metrics/stillhere-dashboard.json')) as { readonly panels: readonly Panel[] };
const shown = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as [string, string]),
);
const alerts = [
  ...readDocs('metrics/alerts.yaml').matchAll(/- alert: (\w+)\n +expr: (?:>-\n((?: {10}.*\n)+)|(.+)\n)/g),
].map(([, name = '', folded, line = '']): [string, string] => [name, folded ?? line]);

it('docs/metrics.md has each metric with its type and its labels, and no other', () => {
  const rows = [...readDocs('metrics.md').matchAll(/^\| `(stillhere_\w+)` +\| (\w+) +\| (.*?) *\|/gm)];
  const documented = rows.map(([, name = '', type = '', labels = '']): [string, string] => [
    name,
    [type, ...[...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label)].join(' '),
  ]);
  // A histogram has no labels of its own.
  expect(new Map(documented)).toEqual(new Map([...ours].map(([name, its]) => [name, its.replace(' le', '')])));
});

describe('every expression names metrics that exist, and at least one', () => {
  it.for(shown)('of the dashboard: %s: %s', ([, expr]) => {
    expect(namedIn(expr)).not.toEqual([]);
    for (const name of namedIn(expr)) expect(names).toContain(name);
  });

  it.for(alerts)('of the alert %s: %s', ([, expr]) => {
    expect(namedIn(expr)).not.toEqual([]);
    for (const name of namedIn(expr)) expect(names).toContain(name);
  });
});

it('the dashboard shows each of our metrics', () => {
  const all = shown.flatMap(([, expr]) => namedIn(expr)).join(' ');
  for (const name of ours.keys()) expect(all).toContain(name);
});

it('there are three alerts, and docs/metrics.md says of each what to do', () => {
  expect(alerts).toHaveLength(3);
  for (const [name] of alerts) expect(readDocs('metrics.md')).toContain(`| \`${name}\``);
});
