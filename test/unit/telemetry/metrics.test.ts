import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics, type ModelNumbers } from '../../../src/telemetry/metrics.js';

const MODEL: ModelNumbers = {
  alias: 'a',
  state: 'ready',
  restarts: 2,
  slots: 4,
  running: 3,
  queued: 1,
  memoryBytes: 1_000,
};

function linesAbout(text: string, what: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(what));
}

test('models are told as they are when they are asked for', async () => {
  let models: ModelNumbers[] = [MODEL];
  const metrics = createMetrics(['idle', 'ready'], async () => models);
  await metrics.read();
  models = [{ ...MODEL, state: 'idle', restarts: 3, memoryBytes: undefined }];
  const text = await metrics.read();
  assert.deepEqual(linesAbout(text, 'qvac_gateway_model_'), [
    'qvac_gateway_model_state{model="a",state="idle"} 1',
    'qvac_gateway_model_state{model="a",state="ready"} 0',
    'qvac_gateway_model_restarts_total{model="a"} 3',
  ]);
  for (const line of ['slots{model="a"} 4', 'running_calls{model="a"} 3', 'queue_length{model="a"} 1']) {
    assert.ok(text.includes(`\nqvac_gateway_${line}\n`), line);
  }
});

test('keys are told by their names as they are, those without one together', async () => {
  const metrics = createMetrics([], async () => []);
  const alice = metrics.usageOf('alice');
  assert.equal(metrics.usageOf('alice'), alice);
  assert.equal(metrics.usageOf(undefined), metrics.usageOf('-'));
  Object.assign(alice, { requests: 3, rejected: 1, promptTokens: 10, completionTokens: 20, running: 2 });
  await metrics.read();
  assert.deepEqual(linesAbout(await metrics.read(), 'qvac_gateway_key_'), [
    'qvac_gateway_key_requests_total{key="alice"} 3',
    'qvac_gateway_key_requests_total{key="-"} 0',
    'qvac_gateway_key_rejected_total{key="alice"} 1',
    'qvac_gateway_key_rejected_total{key="-"} 0',
    'qvac_gateway_key_prompt_tokens_total{key="alice"} 10',
    'qvac_gateway_key_prompt_tokens_total{key="-"} 0',
    'qvac_gateway_key_completion_tokens_total{key="alice"} 20',
    'qvac_gateway_key_completion_tokens_total{key="-"} 0',
    'qvac_gateway_key_running_requests{key="alice"} 2',
    'qvac_gateway_key_running_requests{key="-"} 0',
  ]);
});

test('times are in seconds', async () => {
  const metrics = createMetrics([], async () => []);
  const observer = metrics.observerOf('a');
  observer.admitted(2_000);
  observer.firstToken(70);
  observer.nextToken(4);
  observer.counted(10, 20);
  metrics.requestCompleted({ method: 'GET', route: '/x', model: '', status: 200, durationMs: 1_500 });
  const text = await metrics.read();
  for (const line of [
    'queue_wait_seconds_sum{model="a"} 2',
    'time_to_first_token_seconds_bucket{le="0.05",model="a"} 0',
    'time_to_first_token_seconds_bucket{le="0.1",model="a"} 1',
    'inter_token_seconds_sum{model="a"} 0.004',
    'prompt_tokens_total{model="a"} 10',
    'completion_tokens_total{model="a"} 20',
    'http_requests_total{method="GET",route="/x",model="",status="200"} 1',
    'http_request_duration_seconds_sum{method="GET",route="/x"} 1.5',
  ]) {
    assert.ok(text.includes(`\nqvac_gateway_${line}\n`), line);
  }
});

test('a model that nobody has asked yet has zeros, and two gateways in one process do not meet', async () => {
  const metrics = createMetrics([], async () => []);
  createMetrics([], async () => [])
    .observerOf('b')
    .counted(1, 1);
  metrics.observerOf('a');
  const text = await metrics.read();
  assert.ok(text.includes('\nqvac_gateway_prompt_tokens_total{model="a"} 0\n'));
  assert.ok(text.includes('\nqvac_gateway_inter_token_seconds_count{model="a"} 0\n'));
  assert.doesNotMatch(text, /model="b"/);
});
