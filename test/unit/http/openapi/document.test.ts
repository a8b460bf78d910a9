import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { createOpenApiDocument } from '../../../../src/http/openapi/document.js';
import { createServer } from '../../../../src/http/server.js';
import { Fleet } from '../../../../src/models/fleet.js';
import { ERRORS } from '../../../../src/protocol/errors.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { createApiDocumentCheck } from '../../../support/api-document.js';
import { createFakeHost } from '../../models/fake-pool.js';
import { noOperations } from '../no-operations.js';

const document = createOpenApiDocument();

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operationId?: string;
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[];
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
}

const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ ...operation, path, method }) as Operation),
);

function createTestServer() {
  const fleet = new Fleet([{ host: createFakeHost().host, category: 'chat', default: true, threads: 1 }]);
  const options = {
    host: '127.0.0.1',
    apiKeys: [{ key: 'sk-1' }],
    corsOrigins: [],
    listModels: 'loaded' as const,
    imageHosts: [],
    takesImages: () => false,
    uploadFolder: 'none',
  };
  return createServer(fleet, options, noOperations(), Promise.resolve(), createLogger('silent'));
}

/** The path of the document that a pattern of the router stands for. */
function toDocumentPath(pattern: string): string {
  if (pattern === '/qvac/v1/models/*') return '/qvac/v1/models/{id}/load';
  return pattern.replace('*', '{id}').replace(':id', '{id}');
}

test('it has every route that is served, and no other', async () => {
  const patterns = new Set<string>();
  const onCreated = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ url }) => {
      patterns.add(url);
    });
  };
  subscribe('fastify.initialization', onCreated);
  const app = createTestServer();
  unsubscribe('fastify.initialization', onCreated);
  await app.ready();
  const served: string[] = [];
  for (const pattern of patterns) {
    // What no path serves is answered with what it does serve.
    const { statusCode, headers } = await app.inject({
      method: 'PATCH',
      url: pattern.replace('*', 'x').replace(':id', 'x'),
      headers: { authorization: 'Bearer sk-1' },
    });
    assert.equal(statusCode, 405, pattern);
    for (const method of String(headers.allow).split(', ')) {
      if (method !== 'HEAD') served.push(`${method} ${toDocumentPath(pattern)}`);
    }
  }
  const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  assert.deepEqual(documented.sort(), served.sort());
});

test('it is an OpenAPI 3.1 document whose parts fit together', () => {
  assert.equal(document.openapi, '3.1.0');
  assert.ok(document.info.title && /^\d+\.\d+\.\d+/.test(document.info.version));
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { path, method, parameters = [], responses = {} } of operations) {
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    assert.deepEqual(
      inPath,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      path,
    );
    for (const [status, { description, content }] of Object.entries(responses)) {
      assert.ok(description, `${method} ${path} ${status}`);
      assert.ok(content, `${method} ${path} ${status}`);
    }
  }
  const schemes = Object.keys(document.components?.securitySchemes ?? {});
  for (const requirement of document.security ?? []) {
    for (const scheme of Object.keys(requirement)) assert.ok(schemes.includes(scheme));
  }
});

test('every schema is one, and what it refers to is there', () => {
  const { check } = createApiDocumentCheck(document);
  const pointers: string[][] = [];
  const visit = (value: unknown, at: string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'schema') pointers.push([...at, key]);
      else visit(inner, [...at, key]);
    }
  };
  visit(document.paths, ['paths']);
  assert.ok(pointers.length > 100);
  // To be compiled is all: what it says of this value does not matter.
  for (const at of pointers) {
    try {
      check(at, 0);
    } catch (error) {
      assert.ok(error instanceof assert.AssertionError, `${at.join(' ')}: ${error}`);
    }
  }
});

test('every error that a client can see is there, at its status', () => {
  const all = operations.flatMap(({ responses = {} }) => Object.entries(responses));
  for (const [code, { status }] of Object.entries(ERRORS)) {
    if (code === 'client_closed_request') continue; // nobody reads it
    const where = all.filter(([, { description }]) => description?.includes(`\`${code}\``));
    assert.ok(where.length > 0, code);
    for (const [at] of where) assert.equal(at, String(status), code);
  }
});

test('it is served without a key, and while models are loaded', async () => {
  const { statusCode, headers, body } = await createTestServer().inject('/openapi.json');
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(body), JSON.parse(JSON.stringify(document)));
});
