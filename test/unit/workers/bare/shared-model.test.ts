import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SharedModel } from '../../../../workers/bare/shared-model.js';

const LINGER_MS = 60_000;
const [anna, ben] = [{}, {}];

/** A model, and what was done with it. */
function createModel() {
  const steps: string[] = [];
  const model = new SharedModel({
    lingerMs: LINGER_MS,
    unload: async () => {
      steps.push('unload');
    },
  });
  const load = async () => {
    steps.push('load');
    await turn();
    steps.push('loaded');
    return 'm';
  };
  return { model, steps, load };
}

describe('a model that peers share', () => {
  test('is loaded once for two who come at the same time', async () => {
    const { model, steps, load } = createModel();
    assert.deepEqual(await Promise.all([model.load(anna, load), model.load(ben, load)]), ['m', 'm']);
    assert.deepEqual(steps, ['load', 'loaded']);
    assert.equal(model.modelId, 'm');
  });

  test('is unloaded when the last user leaves, and not under one who comes just then', async () => {
    const { model, steps, load } = createModel();
    await model.load(anna, load);
    model.leave(anna);
    await model.load(ben, load);
    model.leave(anna);
    await turn();
    assert.ok(!steps.includes('unload'));
    model.leave(ben);
    await turn();
    assert.equal(steps.at(-1), 'unload');
    assert.equal(model.modelId, undefined);
  });

  test('stays a while for one who was lost', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { model, steps, load } = createModel();
    await model.load(anna, load);
    model.lose(anna);
    t.mock.timers.tick(LINGER_MS - 1);
    await turn();
    assert.equal(model.modelId, 'm');
    model.join(ben);
    t.mock.timers.tick(1);
    await turn();
    assert.equal(model.modelId, 'm');
    model.lose(ben);
    t.mock.timers.tick(LINGER_MS);
    await turn();
    assert.equal(steps.at(-1), 'unload');
  });

  test('is unloaded too if its user was lost before it was loaded', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { model, steps, load } = createModel();
    const loaded = model.load(anna, load);
    model.lose(anna);
    await loaded;
    t.mock.timers.tick(LINGER_MS);
    await turn();
    assert.deepEqual(steps, ['load', 'loaded', 'unload']);
  });

  test('can be loaded when a load has failed', async () => {
    const { model, load } = createModel();
    await assert.rejects(model.load(anna, () => Promise.reject(new Error('broken'))));
    assert.equal(await model.load(anna, async () => undefined), undefined);
    await model.load(ben, load);
    assert.equal(model.modelId, 'm');
    model.leave(ben);
    await turn();
    assert.equal(model.modelId, undefined); // she never was its user
  });
});
