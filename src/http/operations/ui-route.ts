import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../protocol/errors.js';
import { PROBE } from './operations.js';
import { readUiPage, type UiPage } from './ui-page.js';

/**
 * `GET /ui`: the page to watch the gateway and to chat. It is the same for everyone and tells nothing: it asks the API like
 * every client, with a key if one is needed.
 */
export function uiRoute(app: FastifyInstance): void {
  let page: Promise<UiPage> | undefined;

  app.get('/ui', PROBE, async (request, reply) => {
    page ??= readUiPage();
    const { html, headers } = await page.catch((error: unknown) => {
      page = undefined;
      request.log.error({ err: error }, 'page not found');
      throw new ApiError('not_found', "This server was built without its page. 'npm run build' builds both.");
    });
    reply.headers(headers);
    return request.headers['if-none-match'] === headers.etag ? reply.code(304).send() : html;
  });
}
