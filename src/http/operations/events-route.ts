import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { ModelStateChange, StateFeed } from '../../models/state-feed.js';
import { ApiError } from '../../protocol/errors.js';
import { mayUse } from '../keys/permitted-models.js';
import { KEEP_ALIVE, KEEP_ALIVE_MS, SseReply, sseFrame } from '../sse.js';
import { MODEL_OPERATION } from './operations.js';

/** Streams at once. Each is a connection that stays. */
const MOST_STREAMS = 32;

/**
 * `GET /qvac/v1/events`: the state of each model as a server-sent event, then every change of it. A reader that does not
 * keep up is cut, as with all streams.
 */
export function eventsRoute(app: FastifyInstance, fleet: Fleet, feed: StateFeed): void {
  const open = new Set<SseReply>();

  // They have no end of their own, and the server waits for all answers.
  app.addHook('preClose', async () => {
    for (const sse of open) sse.end('');
  });

  // No HEAD: it would have no end, and nothing to show for it.
  app.get('/qvac/v1/events', { ...MODEL_OPERATION, exposeHeadRoute: false }, async (request, reply) => {
    if (open.size >= MOST_STREAMS) {
      throw new ApiError(
        'too_many_event_streams',
        `${MOST_STREAMS} streams of events are open already. Close one of them.`,
      );
    }
    const sse = new SseReply(reply);
    if (reply.raw.destroyed) return reply;
    open.add(sse);
    for (const host of fleet.hosts().filter(({ alias }) => mayUse(request, alias))) {
      const { stateSince } = host.snapshot();
      sse.write(
        sseFrame({ type: 'state', at: stateSince.toISOString(), model: host.alias, state: host.state }),
      );
    }
    const leave = feed.subscribe((change) => {
      if (mayUse(request, change.model)) sse.write(sseFrame(toEvent(change)));
    });
    const timer = setInterval(() => sse.write(KEEP_ALIVE), KEEP_ALIVE_MS);
    reply.raw.once('close', () => {
      clearInterval(timer);
      leave();
      open.delete(sse);
    });
    return reply;
  });
}

function toEvent({ model, replica, from, state, event, reason }: ModelStateChange) {
  return {
    type: 'change',
    at: new Date().toISOString(),
    model,
    ...(replica !== undefined && { replica }),
    state,
    from,
    event,
    ...(reason !== undefined && { reason }),
  };
}
