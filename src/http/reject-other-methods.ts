import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ApiError } from '../protocol/errors.js';

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Makes every route that is registered after this answer 405 with `Allow` to the methods that it has no handler for,
 * instead of a 404 that would say the path is wrong.
 *
 * @returns a function to call when all routes are registered.
 */
export function rejectOtherMethods(app: FastifyInstance): () => void {
  const allowed = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = allowed.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    allowed.set(url, methods);
  });

  return () => {
    for (const [url, methods] of [...allowed]) {
      const allow = [...methods].join(', ');
      app.route({
        url,
        method: METHODS.filter((method) => !methods.has(method)),
        // Before the body is read: nothing about it matters.
        onRequest: async (request, reply) => {
          reply.header('allow', allow);
          throw new ApiError(
            'method_not_allowed',
            `${request.method} is not allowed on ${url}; it knows ${allow}.`,
          );
        },
        handler: async () => {},
      });
    }
  };
}
