import type { FastifyInstance } from 'fastify';
import type { OpenCalls } from './open-calls.js';
import { OPERATION } from './operations.js';

interface CallParams {
  Params: { id: string };
}

/** `DELETE /qvac/v1/calls/:id` cancels what runs or waits for a request. Its client is told, and the engine is freed. */
export function cancelRoute(app: FastifyInstance, calls: OpenCalls): void {
  app.delete<CallParams>('/qvac/v1/calls/:id', OPERATION, async ({ params: { id }, log }) => {
    calls.cancel(id);
    log.info({ call: id }, 'call cancelled');
    return { id, object: 'call', cancelled: true };
  });
}
