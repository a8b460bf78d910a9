import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tenant } from '../../../src/models/tenant.js';
import { createFakeHost } from './fake-pool.js';

const MB = 1024 ** 2;

/** A model that is loaded, in this very process as it were. */
async function loadedTenant(estimateBytes: number): Promise<Tenant> {
  const { host } = createFakeHost({}, (pool) => {
    Object.assign(pool, { pid: process.pid });
    pool.loading.resolve();
    pool.closing.resolve();
  });
  const tenant = new Tenant({ host, pinned: false, estimateBytes, estimate: async () => estimateBytes });
  await host.ensureReady(new AbortController().signal);
  return tenant;
}

test('what was measured counts if it is more than the estimate, also when the model has gone', async () => {
  const tenant = await loadedTenant(MB);
  assert.equal(tenant.neededBytes, MB);
  await tenant.measure();
  const { neededBytes } = tenant;
  assert.ok(neededBytes > 8 * MB, String(neededBytes));
  assert.equal(tenant.estimateBytes, MB);
  await tenant.host.unload(0);
  await tenant.measure();
  assert.equal(tenant.neededBytes, neededBytes);
});

test('it does not if it is less: not all that a model will take is there at once', async () => {
  const tenant = await loadedTenant(1_000_000 * MB);
  await tenant.measure();
  assert.equal(tenant.neededBytes, 1_000_000 * MB);
});
