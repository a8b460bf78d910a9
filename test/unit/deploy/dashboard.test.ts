import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createMetrics } from '../../../src/telemetry/metrics.js';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const dashboard = JSON.parse(
  readFileSync(new URL('../../../../deploy/grafana-dashboard.json', import.meta.url), 'utf8'),
) as Dashboard;

/** What there is, with the series of histograms. */
async function seriesNames(): Promise<Set<string>> {
  const text = await createMetrics([], async () => []).read();
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type]) => ({ name, type }));
  return new Set(
    types.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

test('the dashboard asks for metrics that there are, and for each of our own', async () => {
  const known = await seriesNames();
  const used = new Set<string>();
  for (const { title, targets } of dashboard.panels) {
    assert.ok(targets.length > 0, title);
    for (const { expr } of targets) {
      const names = expr.match(/\b(?:qvac|process|nodejs)_\w+/g) ?? [];
      assert.ok(names.length > 0, `${title}: ${expr}`);
      for (const name of names) {
        assert.ok(known.has(name), `${title}: there is no ${name}`);
        used.add(name.replace(/_bucket$/, ''));
      }
    }
  }
  for (const name of createMetrics([], async () => []).names)
    assert.ok(used.has(name), `${name} is not shown`);
});
