import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReloadReport } from '../../src/protocol/reload.js';
import { mountConfigMap } from '../support/config-map.js';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';

const far = { url: 'http://127.0.0.1:9/v1', model: 'm' };
const folder = tempFolder();
const write = (...aliases: string[]) =>
  JSON.stringify({ serve: { models: Object.fromEntries(aliases.map((alias) => [alias, far])) } });
const { file, update } = mountConfigMap(join(folder, 'config'), 'qvac.config.json', write('one'));
const gateway = await startGateway(['-c', file, '--watch'], folder);

async function reloaded(change: () => void): Promise<Partial<ReloadReport>> {
  const mark = await gateway.mark();
  change();
  return (await gateway.logged(({ msg }) => msg === 'config reloaded', mark)) as Partial<ReloadReport>;
}

test('a ConfigMap that is updated is read again, each time', async () => {
  for (const [before, after] of [
    ['one', 'two'],
    ['two', 'three'],
  ] as const) {
    const { added, removed } = await reloaded(() => update(write(after)));
    assert.deepEqual([added, removed], [[after], [before]]);
  }
});

test('a config that is away for a moment is missed, and read when it is back', async () => {
  const mark = await gateway.mark();
  rmSync(file);
  const { msg } = await gateway.logged(({ msg }) => msg.startsWith('config not reloaded'), mark);
  assert.match(msg, /no such file/);
  const { added } = await reloaded(() => writeFileSync(file, write('three', 'four')));
  assert.deepEqual(added, ['four']);
});

test('a config that changes while the gateway starts is read when it has started', async () => {
  const path = join(folder, 'early.config.json');
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"object":"list","data":[]}'); // the gateway has started when each server was looked at
  });
  server.once('request', () => writeFileSync(path, write('early')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const entry = { ...far, url: `http://127.0.0.1:${port}/v1`, probeIntervalMs: 600_000 };
  writeFileSync(path, JSON.stringify({ serve: { models: { entry } } }));
  const early = await startGateway(['-c', path, '--watch'], folder);
  const { added } = await early.logged(({ msg }) => msg === 'config reloaded');
  assert.deepEqual(added, ['early']);
  assert.equal(await early.stop(), 0); // before its folder goes
  server.close();
});
