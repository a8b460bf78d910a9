import type { FastifyInstance } from 'fastify';
import type { ReloadReport } from '../../protocol/reload.js';
import { OPERATION } from './operations.js';

/**
 * `POST /qvac/v1/reload` reads the config again, and answers with what has changed. It does not wait for models that are
 * loaded anew.
 */
export function reloadRoute(app: FastifyInstance, reload: () => Promise<ReloadReport>): void {
  app.post('/qvac/v1/reload', OPERATION, () => reload());
}
