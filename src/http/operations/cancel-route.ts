import type { FastifyInstance } from 'fastify';
import { mayUse } from '../keys/permitted-models.js';
import type { OpenCalls } from './open-calls.js';
import { MODEL_OPERATION } from './operations.js';

interface CallParams {
  Params: { id: string };
}

/** `DELETE /qvac/v1/calls/:id` cancels what runs or waits for a request. Its client is told, and the engine is freed. */
export function cancelRoute(app: FastifyInstance, calls: OpenCalls): void {
  app.delete<CallParams>('/qvac/v1/calls/:id', MODEL_OPERATION, async (request) => {
    const { id } = request.params;
    calls.cancel(id, (model) => mayUse(request, model));
    request.log.info({ call: id }, 'call cancelled');
    return { id, object: 'call', cancelled: true };
  });
}
