import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { replyWithError } from '../../../src/http/error-reply.js';
import { rejectOtherMethods } from '../../../src/http/reject-other-methods.js';

function createApp() {
  const app = fastify();
  app.setErrorHandler(replyWithError);
  const finish = rejectOtherMethods(app);
  app.get('/models/*', async () => 'got');
  app.delete('/models/*', async () => 'deleted');
  app.post('/chat', async () => 'said');
  finish();
  return app;
}

test('the methods of a route are served', async () => {
  const app = createApp();
  assert.equal((await app.inject({ method: 'GET', url: '/models/a/b' })).body, 'got');
  assert.equal((await app.inject({ method: 'DELETE', url: '/models/a' })).body, 'deleted');
  assert.equal((await app.inject({ method: 'HEAD', url: '/models/a' })).statusCode, 200);
  assert.equal((await app.inject({ method: 'POST', url: '/chat' })).body, 'said');
});

test('the others get 405 and the methods that there are', async () => {
  const app = createApp();
  for (const [method, url, allow] of [
    ['POST', '/models/a/b', 'GET, HEAD, DELETE'],
    ['PATCH', '/models/a', 'GET, HEAD, DELETE'],
    ['GET', '/chat', 'POST'],
    ['PUT', '/chat', 'POST'],
    ['DELETE', '/chat', 'POST'],
  ] as const) {
    const { statusCode, headers, body } = await app.inject({ method, url });
    assert.equal(statusCode, 405, `${method} ${url}`);
    assert.equal(headers.allow, allow);
    assert.equal(JSON.parse(body).error.code, 'method_not_allowed');
  }
});

test('the body of a refused request is not looked at', async () => {
  const request = { url: '/chat', headers: { 'content-type': 'application/json' }, payload: 'no JSON' };
  assert.equal((await createApp().inject({ ...request, method: 'PUT' })).statusCode, 405);
  assert.equal((await createApp().inject({ ...request, method: 'POST' })).statusCode, 400);
});

test('an unknown path is still unknown', async () => {
  assert.equal((await createApp().inject('/nothing')).statusCode, 404);
});
