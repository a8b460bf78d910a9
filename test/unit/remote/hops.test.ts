import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHops } from '../../../src/remote/hops.js';

const header = (value: string) => ({ 'x-qvac-gateway-hops': value });

test('each gateway adds itself, and knows itself again', () => {
  const one = createHops('one');
  const two = createHops('two');
  one.check({});
  const fromOne = header(one.next({}));
  two.check(fromOne);
  const fromTwo = header(two.next(fromOne));
  assert.equal(fromTwo['x-qvac-gateway-hops'], 'one two');
  assert.throws(() => one.check(fromTwo), { code: 'loop_detected', message: /was here before/ });
});

test('a way that is too long is a loop too', () => {
  const hops = createHops('me');
  hops.check(header('1 2 3 4 5 6 7'));
  assert.throws(() => hops.check(header('1 2 3 4 5 6 7 8')), {
    code: 'loop_detected',
    message: /8 gateways/,
  });
});

test('what a client makes up is not sent on', () => {
  assert.equal(createHops('me').next(header(`a, b\t"c" ${'x'.repeat(65)} é d`)), 'a b d me');
});

test('two runs are two gateways', () => {
  assert.notEqual(createHops().next({}), createHops().next({}));
});
