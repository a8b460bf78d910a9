import type { FastifyInstance } from 'fastify';
import { PROBE } from '../operations/operations.js';

/**
 * `GET /openapi.json`: the API's document. It is the same on every server, and tells nothing of this one: it needs no
 * key. It is made when somebody first asks for it.
 */
export function openApiRoute(app: FastifyInstance): void {
  let text: Promise<string> | undefined;
  app.get('/openapi.json', PROBE, async (_request, reply) => {
    text ??= createText();
    return reply.type('application/json; charset=utf-8').send(await text);
  });
}

async function createText(): Promise<string> {
  const { createOpenApiDocument } = await import('./document.js');
  return JSON.stringify(createOpenApiDocument());
}
