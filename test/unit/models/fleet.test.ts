import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../../../src/models/fleet.js';
import { createFakeHost } from './fake-pool.js';

const { signal } = new AbortController();

function createFleet() {
  const llm = createFakeHost({ alias: 'my-llm' });
  const other = createFakeHost({ alias: 'org/other' });
  const whisper = createFakeHost({ alias: 'whisper' });
  const fleet = new Fleet([
    { host: llm.host, category: 'chat', default: false, threads: 1 },
    { host: other.host, category: 'chat', default: true, threads: 1 },
    { host: whisper.host, category: 'transcription', default: false, threads: 1 },
  ]);
  return { fleet, llm, other, whisper };
}

test('a request gets the model that it names', () => {
  const { fleet, llm, whisper } = createFleet();
  assert.equal(fleet.resolve('my-llm', 'chat'), llm.host);
  assert.equal(fleet.resolve('whisper', 'transcription'), whisper.host);
  assert.equal(fleet.get('whisper'), whisper.host);
});

test('a request that names none gets the default of its category, not the first', () => {
  const { fleet, other } = createFleet();
  assert.equal(fleet.resolve(undefined, 'chat'), other.host);
});

test('a request that names none where none is the default must name one', () => {
  assert.throws(() => createFleet().fleet.resolve(undefined, 'transcription'), {
    code: 'missing_model',
    param: 'model',
    message: /no transcription model is the default/,
  });
});

test('a model of another category is refused, with both categories named', () => {
  assert.throws(() => createFleet().fleet.resolve('whisper', 'chat'), {
    code: 'invalid_model_type',
    param: 'model',
    message: "Model 'whisper' is a transcription model; this endpoint needs a chat model.",
  });
});

test('an unknown model is refused with the known ones, also if its name is one that every object has', () => {
  const { fleet } = createFleet();
  for (const alias of ['gpt-4', '', 'constructor', 'MY-LLM']) {
    const error = {
      code: 'model_not_found',
      param: 'model',
      message: `No model '${alias}' is configured. Configured are: 'my-llm', 'org/other', 'whisper'.`,
    };
    assert.throws(() => fleet.resolve(alias, 'chat'), error);
    assert.throws(() => fleet.get(alias), error);
  }
  assert.throws(() => new Fleet([]).get('gpt-4'), {
    message: "No model 'gpt-4' is configured. There is none.",
  });
});

test('lists the models that are loaded, in the order of the config', async () => {
  const { fleet, llm, whisper } = createFleet();
  assert.deepEqual(fleet.loaded(), []);
  await whisper.host.ensureReady(signal);
  await llm.host.ensureReady(signal);
  assert.deepEqual(fleet.loaded(), [llm.host, whisper.host]);
  assert.equal(fleet.hosts().length, 3);
});
