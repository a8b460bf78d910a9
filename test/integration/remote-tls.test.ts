import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelStatus } from '../../src/protocol/status.js';
import { type FaultGateway, startFaultGateway } from '../support/fault-gateway.js';
import { foreignFrame, startForeignServer } from '../support/foreign-server.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';
import { startTlsFront, TLS_AUTHORITY } from '../support/tls-front.js';

const folder = tempFolder();
const foreign = await startForeignServer(['m']);
const right = await startTlsFront(foreign.port, 'server');
const elsewhere = await startTlsFront(foreign.port, 'elsewhere');
const expired = await startTlsFront(foreign.port, 'expired');
const changing = await startTlsFront(foreign.port, 'server');
const entryOf = ({ url }: { readonly url: string }) => ({ url, model: 'm', apiKey: 'key-of-the-remote' });

const config = addRemotes(join(folder, 'qvac.config.json'), {
  right: entryOf(right),
  elsewhere: entryOf(elsewhere),
  expired: entryOf(expired),
  changing: { ...entryOf(changing), probeIntervalMs: 3_600_000 }, // no look comes before the call
});
/** Knows the authority of the certificates. */
const trusting = await startFaultGateway(config, folder, { env: { NODE_EXTRA_CA_CERTS: TLS_AUTHORITY } });
const doubting = await startFaultGateway(config, folder, { env: { NODE_EXTRA_CA_CERTS: undefined } });

test('a certificate of an authority that is not known is refused, and the refusal says what to do', async () => {
  const about = /certificate of an authority .* \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\): .*NODE_EXTRA_CA_CERTS/;
  await assertRefused(doubting, 'right', right.url, about);
  assert.deepEqual(await doubting.listed(), []);
  assert.match((await exitOf(doubting, 'right'))?.reason ?? '', about);
  const { reason } = await doubting.logged(
    ({ msg, remote }) => msg === 'remote is down' && remote === new URL(right.url).host,
  );
  assert.match(String(reason), about);
  assert.equal(foreign.requests.length, 0);
});

test('it is trusted when NODE_EXTRA_CA_CERTS names the authority, with a supervisor in between', async () => {
  assert.notEqual(trusting.gatewayPid, trusting.pid);
  const response = await post(trusting, 'right');
  assert.equal(response.status, 200);
  assert.match(await response.text(), /"model":"right"/);
  assert.equal(foreign.requests.at(-1)?.headers.authorization, 'Bearer key-of-the-remote');
});

test('a stream comes through whole', async () => {
  const frames = Array.from({ length: 3_000 }, (_, at) => foreignFrame({ content: `${at} €🙂 ` }));
  const end = 'data: [DONE]\n\n';
  foreign.answers.set('m', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const frame of frames) response.write(frame);
    response.end(end);
  });
  const response = await post(trusting, 'right', true);
  foreign.answers.delete('m');
  assert.equal(
    await response.text(),
    `${frames.join('').replaceAll('"/models/foreign.gguf"', '"right"')}${end}`,
  );
});

test('a certificate for another host is refused', async () => {
  await assertRefused(trusting, 'elsewhere', elsewhere.url, /certificate for another host: .*127\.0\.0\.1/);
});

test('one that has expired is refused', async () => {
  await assertRefused(trusting, 'expired', expired.url, /certificate that has expired/);
});

test('a call says the same, when no look at the server has found it before', async () => {
  changing.certificate = 'elsewhere';
  const host = new URL(changing.url).host;
  await assertRefused(
    trusting,
    'changing',
    changing.url,
    new RegExp(`^Remote '${host}' has a certificate for another host: `),
  );
});

function post({ url }: FaultGateway, model: string, stream = false): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
}

async function assertRefused(
  gateway: FaultGateway,
  model: string,
  url: string,
  message: RegExp,
): Promise<void> {
  const response = await post(gateway, model);
  const { error } = (await response.json()) as { error: Record<string, string> };
  assert.equal(response.status, 503, JSON.stringify(error));
  assert.equal(error.code, 'remote_unavailable');
  assert.equal(error.remote, new URL(url).host);
  assert.match(String(error.message), message);
}

async function exitOf({ url }: FaultGateway, alias: string): Promise<ModelStatus['last_exit'] | undefined> {
  const status = (await (await fetch(`${url}/qvac/v1/status`)).json()) as { models: ModelStatus[] };
  return status.models.find(({ id }) => id === alias)?.last_exit;
}
