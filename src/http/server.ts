import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Fleet } from '../models/fleet.js';
import { ApiError } from '../protocol/errors.js';
import { createHops, type Hops } from '../remote/hops.js';
import type { Logger } from '../telemetry/logger.js';
import { Access, type AccessSettings } from './access.js';
import { createCallerOf } from './caller.js';
import { replyToUnreadable } from './client-error.js';
import { CLIENT_LIMITS, type ClientLimits } from './client-limits.js';
import { closeIdleConnections } from './close-idle-connections.js';
import { cutStalled } from './cut-stalled.js';
import { drainRest } from './drain-rest.js';
import { replyWithError } from './error-reply.js';
import { enforceKey } from './keys/enforce-keys.js';
import { limitConnections } from './limit-connections.js';
import type { ImageRules } from './openai/chat-images.js';
import { chatRoute } from './openai/chat-route.js';
import { embeddingsRoute } from './openai/embeddings-route.js';
import { modelsRoute } from './openai/models-route.js';
import { transcriptionsRoute } from './openai/transcriptions-route.js';
import { openApiRoute } from './openapi/openapi-route.js';
import { countRequest } from './operations/count-request.js';
import { OpenCalls } from './operations/open-calls.js';
import type { Operations } from './operations/operations.js';
import { operationsRoutes } from './operations/operations-routes.js';
import { rejectOtherMethods } from './reject-other-methods.js';
import { requestId } from './request-id.js';
import { logRequests } from './request-log.js';

/** Most bytes of a JSON body. Long conversations fit; a request can't fill the memory. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** What the config says of the server, and may say otherwise while it runs. */
interface ServerSettings extends AccessSettings {
  /** What `GET /v1/models` lists unless the request says otherwise. */
  readonly listModels: 'loaded' | 'configured';
  /** As {@link ImageRules} has them. */
  readonly imageHosts: ImageRules['hosts'];
  /** For the whole answer to a request that does not say how long it waits. */
  readonly requestTimeoutMs?: number | undefined;
}

/** What the server is made with. */
export interface ServerOptions extends ServerSettings, Pick<ImageRules, 'takesImages'> {
  /** Host name or address that it listens on. */
  readonly host: string;
  /** Whether the log has what clients ask, and what models answer. */
  readonly logPrompts?: boolean;
  /** Absolute path of a folder for files that requests bring. It ends with this run. */
  readonly uploadFolder: string;
  /** The way that requests take from gateway to gateway. */
  readonly hops?: Hops;
  /** Tests have less patience. */
  readonly clientLimits?: Partial<ClientLimits>;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Goes by these from the next request on. */
    reconfigure(settings: ServerSettings): void;
  }
}

/**
 * The HTTP server, not yet listening.
 *
 * @param operations what whoever runs the gateway can see of it.
 * @param started requests wait for it, so that the port is taken at once but nothing is answered before the models that
 *   are to be preloaded are loaded. Those about operations don't.
 */
export function createServer(
  fleet: Fleet,
  options: ServerOptions,
  operations: Operations,
  started: Promise<void>,
  log: Logger,
): FastifyInstance {
  let settings: ServerSettings = options;
  const access = new Access(options.host, (name) => operations.metrics.usageOf(name));
  access.apply(options);
  const limits = { ...CLIENT_LIMITS, ...options.clientLimits };
  const { hops = createHops() } = options;
  const nodeOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAlive: true,
    keepAliveInitialDelay: limits.probeAfterMs,
  };
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // One line per request: ours.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    return503OnClosing: false, // not in our envelope: what comes while closing is refused by the models
    clientErrorHandler: replyToUnreadable,
    // Of URLs that are none. No hook runs for them.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      drainRest(request, limits);
      try {
        if (!access.check(request, reply)) replyWithError(error, request, reply);
      } catch (refusal) {
        replyWithError(refusal, request, reply);
      }
    },
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: limits.stallTimeoutMs, // of a socket, at any time: see cutStalled
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: nodeOptions,
    genReqId: requestId,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
  });

  app.decorate('reconfigure', (next: ServerSettings) => {
    settings = next;
    access.apply(next);
  });
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // OpenAI's Python client says that a DELETE has JSON, and sends none.
    if (body === '' && request.method === 'DELETE') done(null);
    else {
      request.jsonText = body as string;
      parseJson(request, body as string, done);
    }
  });
  app.decorateRequest('servedBy');
  app.decorateRequest('jsonText');
  app.decorateRequest('clientKey');
  app.decorateRequest('record');
  logRequests(app, options.logPrompts === true, (request, status, durationMs) =>
    countRequest(operations.metrics, request, status, durationMs),
  );
  closeIdleConnections(app);
  limitConnections(app.server, limits.connections, log);
  cutStalled(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Before the wait: who is refused takes up nothing.
    const { isOperation, needsNoKey } = request.routeOptions.config;
    if (access.check(request, reply, needsNoKey)) return reply;
    hops.check(request.headers);
    await enforceKey(request, reply);
    if (!isOperation) await started;
  });
  app.addHook('onSend', async (request) => drainRest(request, limits));
  app.setErrorHandler(replyWithError);
  app.setNotFoundHandler((request) => {
    throw new ApiError(
      'not_found',
      `Nothing is served at ${request.method} ${request.url}. The API is under /v1.`,
    );
  });

  const finishRoutes = rejectOtherMethods(app);
  modelsRoute(app, fleet, () => settings.listModels);
  const calls = new OpenCalls();
  const callerOf = createCallerOf(() => settings.requestTimeoutMs, calls);
  const imageRules: ImageRules = {
    get hosts() {
      return settings.imageHosts;
    },
    takesImages: options.takesImages,
  };
  chatRoute(app, fleet, callerOf, imageRules, hops);
  embeddingsRoute(app, fleet, callerOf, hops);
  transcriptionsRoute(app, fleet, callerOf, options.uploadFolder, hops);
  operationsRoutes(app, fleet, operations, callerOf, calls, () => access.usages());
  openApiRoute(app);
  app.after(finishRoutes); // when the scopes of routes are there too
  return app;
}
