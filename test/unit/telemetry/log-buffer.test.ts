import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogBuffer } from '../../../src/telemetry/log-buffer.js';
import type { LogLine } from '../../../src/telemetry/log-line.js';
import { createLogger } from '../../../src/telemetry/logger.js';

const all = () => true;
const messages = (lines: readonly LogLine[]) => lines.map(({ msg }) => msg);

function createLog(level: 'debug' | 'info' | 'error') {
  const written: string[] = [];
  const buffer = new LogBuffer();
  const log = createLogger(level, { write: (line) => written.push(JSON.parse(line).msg) }, buffer);
  return { log, buffer, written };
}

test('a line is kept with its fields, and its level by name', () => {
  const { log, buffer } = createLog('info');
  log.child({ model: 'alpha' }).warn({ pid: 7 }, 'careful');
  const [line] = buffer.last(10, all);
  assert.ok(line && !Number.isNaN(Date.parse(line.time)));
  assert.deepEqual(line, { time: line.time, level: 'warn', model: 'alpha', pid: 7, msg: 'careful' });
});

test('it has what the log has, and lines of level info in any case', () => {
  for (const [level, written, kept] of [
    ['debug', ['debug', 'info', 'error'], ['debug', 'info', 'error']],
    ['info', ['info', 'error'], ['info', 'error']],
    ['error', ['error'], ['info', 'error']],
  ] as const) {
    const setup = createLog(level);
    setup.log.debug('debug');
    setup.log.info('info');
    setup.log.error('error');
    assert.deepEqual([setup.written, messages(setup.buffer.last(10, all))], [written, kept], level);
  }
});

test('the last that match are read, oldest first', () => {
  const { log, buffer } = createLog('info');
  for (const msg of ['a1', 'b1', 'a2', 'a3', 'b2']) log.info(msg);
  const isOfA = ({ msg }: LogLine) => msg.startsWith('a');
  assert.deepEqual(messages(buffer.last(2, isOfA)), ['a2', 'a3']);
  assert.deepEqual(messages(buffer.last(0, all)), []);
});

test('it keeps the last 1,000 lines', () => {
  const { log, buffer } = createLog('info');
  for (let at = 0; at < 1_500; at += 1) log.info(String(at));
  const kept = messages(buffer.last(2_000, all));
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [1_000, '500', '1499']);
});

test('long lines push out more of the old ones, and one that is too long is not kept', () => {
  const { log, buffer } = createLog('info');
  for (let at = 0; at < 20; at += 1) log.info({ tail: 'x'.repeat(100_000) }, String(at));
  const kept = messages(buffer.last(2_000, all));
  assert.deepEqual([kept.length, kept.at(-1)], [10, '19']);
  log.info({ tail: 'x'.repeat(2_000_000) }, 'huge');
  assert.deepEqual(buffer.last(2_000, all), []);
  log.info('next');
  assert.deepEqual(messages(buffer.last(2_000, all)), ['next']);
});

test('who subscribes gets each line as it is written, until the end', () => {
  const { log, buffer } = createLog('info');
  const seen: LogLine[] = [];
  log.info('before');
  const leave = buffer.subscribe((line) => seen.push(line));
  log.info('now');
  leave();
  log.info('after');
  assert.deepEqual(messages(seen), ['now']);
});
