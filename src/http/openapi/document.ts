import { createRequire } from 'node:module';
import { createDocument } from 'zod-openapi';
import { OPENAI_PATHS } from './openai-paths.js';
import { OPERATIONS_PATHS } from './operations-paths.js';

const { version } = createRequire(import.meta.url)('../../../../package.json') as { version: string };

/** All that the gateway serves, as an OpenAPI 3.1 document. It is made of the schemas that requests are checked by. */
export function createOpenApiDocument(): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'qvac-gateway',
      version,
      description:
        'OpenAI-compatible API for several local models at once. Where a path has GET, it has HEAD too, but for events.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'OpenAI', description: "As in OpenAI's API." },
      { name: 'Operations', description: 'For whoever runs the gateway.' },
    ],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key of the server, if it has any.' },
        header: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same, elsewhere.' },
      },
    },
    // The empty one: a server may have no keys.
    security: [{ bearer: [] }, { header: [] }, {}],
    paths: { ...OPENAI_PATHS, ...OPERATIONS_PATHS },
  });
}
