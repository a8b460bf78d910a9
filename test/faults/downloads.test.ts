import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, symlinkSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { refusalOf } from '../support/fault-gateway.js';
import { startModelServer } from '../support/model-server.js';
import { startRemoteGateway } from '../support/remote-gateway.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';

const MODEL = createScriptedModel(ALPHA);
const SHA256 = createHash('sha256').update(MODEL).digest('hex');
const HALF = 120_000;

const server = await startModelServer();
const NAMES = [
  'broken',
  'again',
  'silent',
  'moved',
  'right',
  'wrong',
  'huge',
  'full',
  'cut',
  'beside',
  'twin',
  'left',
];
for (const name of NAMES) server.put(`/${name}.gguf`, MODEL);
server.put('/full.gguf', new Uint8Array(3_000_000)); // in many writes: what a failed one does to the next matters
const url = (name: string): string => `${server.origin}/${name}.gguf`;
const gateway = await startRemoteGateway({
  broken: { src: url('broken') },
  again: { src: url('again') },
  silent: { src: url('silent') },
  moved: { src: url('moved') },
  right: { src: url('right'), sha256: SHA256.toUpperCase() },
  wrong: { src: url('wrong'), sha256: '0'.repeat(64) },
  huge: { src: url('huge') },
  full: { src: url('full') },
  beside: { src: url('beside') },
  cut: { src: url('cut') },
  twin: { src: url('twin') },
  'other-twin': { src: url('twin') },
  left: { src: url('left') },
  secret: { src: `${server.origin.replace('//', '//me:hunter2@')}/gone.gguf?token=abc123` },
});
const sentFrom = (name: string): number[] =>
  server.requests
    .filter(({ method, path }) => method === 'GET' && path === `/${name}.gguf`)
    .map(({ from }) => from);

// Most of the time they wait: together they take half as long.
describe('a download', { concurrency: 4 }, () => {
  test('a connection that breaks is taken up where it broke', async () => {
    server.breakAfter('/broken.gguf', HALF);
    assert.equal(await gateway.ask('broken'), fallbackOf(ALPHA));
    const [first, second = 0, ...others] = sentFrom('broken');
    assert.equal(first, 0);
    assert.ok(second > 0 && second <= HALF, `from ${second}`);
    assert.deepEqual(others, []);
  });

  test('one that goes silent is given up and taken up again', async () => {
    const hold = server.hold('/silent.gguf', HALF);
    assert.equal(await gateway.ask('silent'), fallbackOf(ALPHA));
    await hold.left;
    assert.deepEqual(sentFrom('silent'), [0, HALF]);
  });

  test('a redirect is followed', async () => {
    server.redirect('/moved.gguf', '/right.gguf');
    assert.equal(await gateway.ask('moved'), fallbackOf(ALPHA));
  });

  test('a model that was downloaded is loaded again without its server', async () => {
    assert.equal(await gateway.ask('again'), fallbackOf(ALPHA));
    await gateway.openai.models.delete('again');
    server.setReachable('/again.gguf', false);
    assert.equal(await gateway.ask('again'), fallbackOf(ALPHA));
    assert.equal(server.requests.filter(({ path }) => path === '/again.gguf').length, 1);
  });

  test('a file with the checksum of the config is loaded; one with another is removed, and told', async () => {
    assert.equal(await gateway.ask('right'), fallbackOf(ALPHA));
    const { status, code, message, headers } = await refusalOf(gateway.ask('wrong'));
    assert.deepEqual([status, code], [500, 'checksum_mismatch']);
    assert.equal(headers?.get('x-should-retry'), 'false');
    assert.ok(message.includes(SHA256), message);
    assert.ok(!existsSync(gateway.fileOf(url('wrong'))));
  });

  test('a file that is larger than the disk is refused when its size is known, with the bytes that are wanted', async () => {
    const bytes = 10 ** 15;
    server.claimLength('/huge.gguf', bytes);
    const { status, code, message, headers } = await refusalOf(gateway.ask('huge'));
    assert.deepEqual([status, code], [503, 'disk_full']);
    assert.equal(headers?.get('x-should-retry'), 'false');
    const [, wanted, free] = /(\d+) more bytes are wanted, and .* has (\d+) free/.exec(message) ?? [];
    assert.ok(Number(wanted) > bytes - MODEL.length && Number(free) > 0, message);
  });

  test('a disk that is full in the middle fails that download, and none beside it', {
    skip: !existsSync('/dev/full') && 'no /dev/full',
  }, async () => {
    symlinkSync('/dev/full', gateway.fileOf(url('full')));
    const hold = server.hold('/beside.gguf', HALF);
    const beside = gateway.ask('beside');
    await hold.reached;
    const { status, code, message } = await refusalOf(gateway.ask('full'));
    assert.deepEqual([status, code], [503, 'disk_full']);
    assert.match(message, /ENOSPC.*Make room/);
    hold.release();
    assert.equal(await beside, fallbackOf(ALPHA));
  });

  test('a file that ends before the length that its server told is not taken for whole', async () => {
    server.claimLength('/cut.gguf', MODEL.length + 1_000);
    const { status, code, message, headers } = await refusalOf(gateway.ask('cut'));
    assert.deepEqual([status, code], [503, 'download_failed']);
    assert.equal(headers?.get('x-should-retry'), 'true');
    assert.ok(message.includes(`${MODEL.length} of ${MODEL.length + 1_000} bytes`), message);
    assert.ok(!existsSync(gateway.fileOf(url('cut'))));
  });

  test('an address that is wrong is told without its secrets', async () => {
    const { status, code, message } = await refusalOf(gateway.ask('secret'));
    assert.deepEqual([status, code], [500, 'model_load_failed']);
    assert.ok(message.includes(`${server.origin}/gone.gguf could not be downloaded`), message);
    assert.doesNotMatch(JSON.stringify(gateway.log), /hunter2|abc123/);
  });

  test('two models with one file share its download, and both show it; who leaves does not end it', async () => {
    const hold = server.hold('/twin.gguf', HALF);
    const left = refusalOf(gateway.ask('twin'));
    const stayed = gateway.ask('other-twin');
    await hold.reached;
    for (const alias of ['twin', 'other-twin']) {
      const { state, download } = await gateway.until(alias, ({ download }) => download !== null);
      assert.equal(state, 'loading');
      assert.equal(download?.total_bytes, MODEL.length);
      assert.ok(download.downloaded_bytes > 0 && download.downloaded_bytes <= HALF);
    }
    await gateway.openai.models.delete('twin');
    assert.equal((await left).code, 'model_unloaded');
    hold.release();
    assert.equal(await stayed, fallbackOf(ALPHA));
    assert.equal((await gateway.statusOf('other-twin')).download, null);
    assert.deepEqual(sentFrom('twin'), [0]);
    await gateway.loggedOf('other-twin', 'model downloaded', 0);
    const told = gateway.log.filter(({ model, msg }) => model === 'other-twin' && /download/.test(msg));
    assert.deepEqual(
      told.map(({ msg }) => msg),
      ['model downloading', 'model downloaded'],
    );
  });

  test('when the last has left it ends, and the next one goes on from what is there', async () => {
    const hold = server.hold('/left.gguf', HALF);
    const asked = refusalOf(gateway.ask('left'));
    await hold.reached;
    await gateway.until('left', ({ download }) => download !== null);
    await gateway.openai.models.delete('left');
    await asked;
    await hold.left;

    server.setReachable('/left.gguf', false); // the SDK would take the part for the whole
    const { status, code, message } = await refusalOf(gateway.ask('left'));
    assert.deepEqual([status, code], [503, 'download_failed']);
    assert.match(message, new RegExp(`only \\d+ of ${MODEL.length} bytes are here`));

    server.setReachable('/left.gguf', true);
    assert.equal(await gateway.ask('left'), fallbackOf(ALPHA));
    const [, again = 0, ...others] = sentFrom('left');
    assert.ok(again > 0 && again <= HALF, `from ${again}`);
    assert.deepEqual(others, []);
  });
});
