import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  cancelledSchema,
  eventSchema,
  healthSchema,
  loadedSchema,
  logLineSchema,
  logsQuerySchema,
  logsSchema,
  readySchema,
  reloadSchema,
  statusSchema,
} from '../operations/operations-schemas.js';
import { callHeaders, modelId } from './parameters.js';
import { LOAD_ERRORS, toResponses } from './replies.js';

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

const tags = ['Operations'];

/** No key is needed. */
const security: Record<string, never>[] = [];

/** What whoever runs the gateway can see and do. */
export const OPERATIONS_PATHS: ZodOpenApiPathsObject = {
  '/health': {
    get: {
      operationId: 'getHealth',
      tags,
      security,
      summary: 'The gateway lives.',
      responses: toResponses({ description: 'It lives.', content: json(healthSchema), isOpen: true }),
    },
  },
  '/ready': {
    get: {
      operationId: 'getReadiness',
      tags,
      security,
      summary: 'The gateway has loaded what it should.',
      responses: toResponses({
        description: 'It has.',
        content: json(readySchema),
        errors: ['not_ready', 'shutting_down'],
        isOpen: true,
      }),
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags,
      summary: 'Numbers for Prometheus.',
      responses: toResponses({
        description: "In Prometheus' text format.",
        content: { 'text/plain': { schema: z.string() } },
        errors: ['operation_not_allowed'],
      }),
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      tags,
      security,
      summary: 'This document.',
      responses: toResponses({
        description: 'OpenAPI 3.1.',
        content: json(z.record(z.string(), z.unknown())),
        isOpen: true,
      }),
    },
  },
  '/qvac/v1/status': {
    get: {
      operationId: 'getStatus',
      tags,
      summary: 'All models, calls and keys.',
      responses: toResponses({ description: 'As they are now.', content: json(statusSchema) }),
    },
  },
  '/qvac/v1/events': {
    get: {
      operationId: 'streamEvents',
      tags,
      summary: 'The states of the models, and their changes as they come.',
      responses: toResponses({
        description: 'Server-sent events without an end; each `data:` is an event.',
        content: { 'text/event-stream': { schema: eventSchema } },
        errors: ['too_many_event_streams'],
      }),
    },
  },
  '/qvac/v1/logs': {
    get: {
      operationId: 'getLogs',
      tags,
      summary: 'The last lines of the log, or these and the next ones as they come.',
      requestParams: { query: logsQuerySchema },
      responses: toResponses({
        description:
          'A list; with `follow=true` server-sent events without an end, of which each `data:` is a line.',
        content: {
          ...json(logsSchema),
          'text/event-stream': { schema: logLineSchema },
        },
        errors: ['invalid_value', 'model_not_found', 'operation_not_allowed', 'too_many_event_streams'],
      }),
    },
  },
  '/ui': {
    get: {
      operationId: 'getPage',
      tags,
      security,
      summary: 'All of this as a page, with a chat.',
      responses: toResponses({
        description: 'One file that needs no other.',
        content: { 'text/html': { schema: z.string() } },
        isOpen: true,
      }),
    },
  },
  '/qvac/v1/models/{id}/load': {
    post: {
      operationId: 'loadModel',
      tags,
      summary: 'Loads a model.',
      requestParams: { path: modelId, header: callHeaders },
      responses: toResponses({
        description: 'It is ready.',
        content: json(loadedSchema),
        errors: [...LOAD_ERRORS, 'not_found', 'invalid_value'],
      }),
    },
  },
  '/qvac/v1/reload': {
    post: {
      operationId: 'reloadConfig',
      tags,
      summary: 'Reads the config again.',
      responses: toResponses({
        description: 'What has changed.',
        content: json(reloadSchema),
        errors: ['invalid_config', 'reload_failed', 'operation_not_allowed'],
      }),
    },
  },
  '/qvac/v1/calls/{id}': {
    delete: {
      operationId: 'cancelCall',
      tags,
      summary: 'Cancels a call.',
      requestParams: { path: z.object({ id: z.string().describe('Id of its request.') }) },
      responses: toResponses({
        description: 'It is cancelled.',
        content: json(cancelledSchema),
        errors: ['call_not_found'],
      }),
    },
  },
};
