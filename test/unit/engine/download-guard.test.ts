import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { guardDownload } from '../../../src/engine/download-guard.js';
import { tempFolder } from '../../support/temp-folder.js';

const subject = { alias: 'my-llm', shownSource: 'https://x.org/m.gguf', cacheFolder: tempFolder() };

/** What it says now of the download: its code, or that it may go on. */
async function verdictOf(guard: ReturnType<typeof guardDownload>): Promise<unknown> {
  const goesOn = new Promise((resolve) => setImmediate(resolve, 'goes on'));
  return Promise.race([guard.failed.catch((error: { code: string }) => error.code), goesOn]);
}

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

test('a download that brings nothing for a minute fails, and not one that brings little', async () => {
  const guard = guardDownload(subject, false);
  for (let bytes = 1; bytes < 5; bytes += 1) {
    mock.timers.tick(59_000);
    guard.progress({ downloadedBytes: bytes, totalBytes: 0 });
  }
  assert.equal(await verdictOf(guard), 'goes on');
  mock.timers.tick(60_000);
  await assert.rejects(guard.failed, { code: 'download_failed', message: /nothing came for 60 s/ });
});

test('where the SDK works on what it has without a word, it gets time by the size', async () => {
  const guard = guardDownload(subject, true, 3_000_000_000);
  mock.timers.tick(119_000);
  assert.equal(await verdictOf(guard), 'goes on');
  mock.timers.tick(1_000);
  assert.equal(await verdictOf(guard), 'download_failed');
});

test('one that was stopped says nothing any more', async () => {
  const guard = guardDownload(subject, false);
  guard.stop();
  mock.timers.tick(100_000);
  assert.equal(await verdictOf(guard), 'goes on');
});

test('space is compared with what is still to come', async () => {
  const resumed = guardDownload(subject, false);
  resumed.progress({ downloadedBytes: 10 ** 15, totalBytes: 10 ** 15 + 1 });
  const fresh = guardDownload(subject, false);
  fresh.progress({ downloadedBytes: 0, totalBytes: 10 ** 15 });
  await assert.rejects(fresh.failed, { code: 'disk_full' });
  assert.equal(await verdictOf(resumed), 'goes on');
});
