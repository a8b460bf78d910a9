import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { LogBuffer } from '../../telemetry/log-buffer.js';
import type { LogLine } from '../../telemetry/log-line.js';
import { parseBody } from '../parse-body.js';
import { sseFrame } from '../sse.js';
import type { EventStreams } from './event-streams.js';
import { OPERATION } from './operations.js';
import { logsQuerySchema } from './operations-schemas.js';

/**
 * `GET /qvac/v1/logs`: the last lines of the log, of all or of one model. With `?follow=true` they are server-sent events,
 * and the next ones come as they are written.
 */
export function logsRoute(app: FastifyInstance, fleet: Fleet, logs: LogBuffer, streams: EventStreams): void {
  // No HEAD: one that follows would have no end.
  app.get('/qvac/v1/logs', { ...OPERATION, exposeHeadRoute: false }, async (request, reply) => {
    const { model, limit, follow } = parseBody(logsQuerySchema, request.query, {});
    if (model !== undefined) fleet.get(model); // a typo must not look like silence
    const matches = (line: LogLine): boolean => model === undefined || line.model === model;
    const lines = logs.last(limit, matches);
    if (follow === 'false') return { object: 'list', data: lines };
    return streams.open(reply, (sse) => {
      sse.write(lines.map(sseFrame).join(''));
      return logs.subscribe((line) => {
        if (matches(line)) sse.write(sseFrame(line));
      });
    });
  });
}
