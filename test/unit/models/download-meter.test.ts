import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DownloadMeter } from '../../../src/models/download-meter.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { deferred } from '../../support/deferred.js';

function createMeter() {
  let now = 0;
  const log: { msg: string; [field: string]: unknown }[] = [];
  const meter = new DownloadMeter(
    createLogger('info', { write: (line) => log.push(JSON.parse(line)) }),
    () => now,
  );
  const end = deferred();
  let report = (_downloadedBytes: number): void => {};
  const measured = meter.measure((onProgress) => {
    report = (downloadedBytes) => onProgress({ downloadedBytes, totalBytes: 1_000_000 });
    return end.promise;
  });
  return {
    meter,
    log,
    end,
    measured,
    /** After so many seconds, so many bytes are there. */
    after(seconds: number, downloadedBytes: number) {
      now += seconds * 1_000;
      report(downloadedBytes);
    },
    pass(seconds: number) {
      now += seconds * 1_000;
    },
  };
}

test('a download that was resumed tells its time left by what came since', () => {
  const { meter, after } = createMeter();
  after(0, 500_000);
  assert.deepEqual(meter.current, {
    downloadedBytes: 500_000,
    totalBytes: 1_000_000,
    secondsLeft: undefined,
  });
  after(1, 510_000);
  assert.equal(meter.current?.secondsLeft, 49);
});

test('the time left follows the speed, smoothly, and grows while nothing comes', () => {
  const { meter, after, pass } = createMeter();
  after(0, 0);
  after(1, 10_000);
  assert.equal(meter.current?.secondsLeft, 99);
  after(1, 30_000); // twice as fast for a second
  const soon = meter.current?.secondsLeft ?? 0;
  assert.ok(soon < 97 && soon > 60, `${soon} s`);
  pass(30);
  assert.ok((meter.current?.secondsLeft ?? 0) > 10 * soon);
});

test('the log tells its beginning, how it goes every ten seconds, and its end', async () => {
  const { meter, log, after, end, measured } = createMeter();
  for (let second = 0; second <= 25; second += 1) after(1, second * 40_000);
  end.resolve();
  await measured;
  assert.equal(meter.current, undefined);
  assert.deepEqual(
    log.map(({ msg, downloadedBytes, downloadMs }) => [msg, downloadedBytes, downloadMs]),
    [
      ['model downloading', 0, undefined],
      ['model downloading', 400_000, undefined],
      ['model downloading', 800_000, undefined],
      ['model downloaded', 1_000_000, 25_000],
    ],
  );
});

test('a file that is there already is no download', async () => {
  const { meter, log, after, end, measured } = createMeter();
  after(0, 1_000_000);
  assert.equal(meter.current, undefined);
  end.resolve();
  await measured;
  assert.deepEqual(log, []);
});

test('one that fails is over, and told by others', async () => {
  const { meter, log, after, end, measured } = createMeter();
  after(0, 10);
  end.reject(new Error('no more'));
  await assert.rejects(measured, /no more/);
  assert.equal(meter.current, undefined);
  assert.equal(log.length, 1);
});
