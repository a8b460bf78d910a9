import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDisk } from '../../../../src/cli/doctor/check-disk.js';
import { describeMemory } from '../../../../src/cli/doctor/check-memory.js';
import { checkNode } from '../../../../src/cli/doctor/check-node.js';
import { describeFindings } from '../../../../src/cli/doctor/describe-findings.js';

test('Node must be new enough', () => {
  const statusOf = (version: string) => checkNode(version, '>=20.11').status;
  assert.deepEqual(['20.11.0', '20.20.2', '22.0.0', '24.1.0'].map(statusOf), ['ok', 'ok', 'ok', 'ok']);
  assert.deepEqual(['20.10.9', '18.99.0'].map(statusOf), ['fail', 'fail']);
  assert.match(checkNode('18.0.0', '>=20.11').advice ?? '', /Install Node 20\.11/);
});

test('little memory and little room are warned of, with what to do', () => {
  assert.equal(describeMemory(16e9, 8e9, false).status, 'ok');
  const limited = describeMemory(1e9, 8e9, true);
  assert.deepEqual([limited.status, /limit of this container/.test(limited.message)], ['warn', true]);
  assert.equal(describeMemory(16e9, 1e9, false).status, 'warn');
  assert.equal(describeDisk('/models', 6e9).status, 'ok');
  const full = describeDisk('/models', 4.2e9);
  assert.deepEqual([full.status, full.message], ['warn', '4.2 GB free for models in /models']);
});

test('a line for each, and under it what to do', () => {
  const text = describeFindings([
    { check: 'Node', status: 'ok', message: '20.11.0' },
    { check: 'config', status: 'fail', message: 'a\nb', advice: 'do this\nor that' },
  ]);
  assert.equal(
    text,
    [
      'ok    Node    20.11.0',
      'FAIL  config  a',
      '              b',
      '              → do this',
      '              → or that',
      '',
    ].join('\n'),
  );
});
