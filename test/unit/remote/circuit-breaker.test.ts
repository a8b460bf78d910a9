import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CircuitBreaker } from '../../../src/remote/circuit-breaker.js';

function opened(): CircuitBreaker {
  const breaker = new CircuitBreaker();
  breaker.probed('failed');
  return breaker;
}

function halfOpened(): CircuitBreaker {
  const breaker = opened();
  breaker.probed('answered');
  return breaker;
}

test('the third call in a row that fails opens it, and one that is answered begins the count anew', () => {
  const breaker = new CircuitBreaker();
  for (const outcome of ['failed', 'failed', 'answered', 'failed', 'failed'] as const) {
    breaker.begin()(outcome);
    assert.equal(breaker.state, 'closed');
  }
  breaker.begin()('failed');
  assert.equal(breaker.state, 'open');
  assert.equal(breaker.allows, false);
});

test('a call that its client left says nothing', () => {
  const breaker = new CircuitBreaker();
  for (let call = 0; call < 5; call += 1) breaker.begin()('left');
  assert.equal(breaker.state, 'closed');
});

test('a server that nobody answers at is down at once, one that is silent after two looks', () => {
  assert.equal(opened().state, 'open');
  const breaker = new CircuitBreaker();
  breaker.probed('silent');
  breaker.probed('answered');
  breaker.probed('silent');
  assert.equal(breaker.state, 'closed');
  breaker.probed('silent');
  assert.equal(breaker.state, 'open');
});

test('half open, one call goes through at a time; it decides', () => {
  const breaker = halfOpened();
  assert.equal(breaker.state, 'half-open');
  const end = breaker.begin();
  assert.equal(breaker.allows, false);
  end('left');
  assert.equal(breaker.allows, true);
  breaker.begin()('answered');
  assert.equal(breaker.state, 'closed');

  const other = halfOpened();
  other.begin()('failed');
  assert.equal(other.state, 'open');
});

test('a call that began before it was opened and fails after says nothing', () => {
  const breaker = new CircuitBreaker();
  const stale = Array.from({ length: 4 }, () => breaker.begin());
  breaker.probed('failed');
  breaker.probed('answered');
  stale.pop()?.('failed');
  assert.equal(breaker.state, 'half-open');
  breaker.begin()('answered');
  for (const end of stale) end('failed');
  assert.equal(breaker.state, 'closed');
});

test('half open, a second probe that is answered closes it too, and one that is not opens it', () => {
  const breaker = halfOpened();
  breaker.probed('answered');
  assert.equal(breaker.state, 'closed');
  const other = halfOpened();
  other.probed('failed');
  assert.equal(other.state, 'open');
});

test('a call that began before it was opened does not close it', () => {
  const breaker = new CircuitBreaker();
  const end = breaker.begin();
  breaker.probed('failed');
  end('answered');
  assert.equal(breaker.state, 'open');
});

test('an outcome counts once', () => {
  const breaker = new CircuitBreaker();
  const end = breaker.begin();
  for (let time = 0; time < 5; time += 1) end('failed');
  assert.equal(breaker.state, 'closed');
});
