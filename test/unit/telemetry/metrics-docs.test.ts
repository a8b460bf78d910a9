import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createMetrics } from '../../../src/telemetry/metrics.js';

test('the documented metrics are those that there are, with their types and labels', async () => {
  const metrics = createMetrics(['idle'], async () => [
    { alias: 'a', state: 'idle', restarts: 0, slots: 1, running: 0, queued: 0, memoryBytes: 1 },
  ]);
  metrics.observerOf('a');
  metrics.usageOf('alice');
  metrics.requestCompleted({ method: 'GET', route: '/x', model: 'a', status: 200, durationMs: 1 });
  const text = await metrics.read();
  const existing = metrics.names.map((name) => {
    const type = new RegExp(`^# TYPE ${name} (\\w+)$`, 'm').exec(text)?.[1];
    const sample = new RegExp(`^${name}(?:_count)?\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '';
    return [name, type, ...[...sample.matchAll(/(\w+)="/g)].map(([, label]) => label)].join(' ');
  });

  const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
  const documented = page
    .split('\n')
    .filter((line) => line.startsWith('| `qvac_gateway_'))
    .map((line) => {
      const [, name, type, labels] = line.split('|').map((cell) => cell.trim().replaceAll(/[`,]/g, ''));
      return `${name} ${type} ${labels}`;
    });
  assert.deepEqual(documented, existing);
});
