import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { ModelStateChange, StateFeed } from '../../models/state-feed.js';
import { mayUse } from '../keys/permitted-models.js';
import { sseFrame } from '../sse.js';
import type { EventStreams } from './event-streams.js';
import { MODEL_OPERATION } from './operations.js';

/** `GET /qvac/v1/events`: the state of each model as a server-sent event, then every change of it. */
export function eventsRoute(
  app: FastifyInstance,
  fleet: Fleet,
  feed: StateFeed,
  streams: EventStreams,
): void {
  // No HEAD: it would have no end, and nothing to show for it.
  app.get('/qvac/v1/events', { ...MODEL_OPERATION, exposeHeadRoute: false }, async (request, reply) =>
    streams.open(reply, (sse) => {
      for (const host of fleet.hosts().filter(({ alias }) => mayUse(request, alias))) {
        const { stateSince } = host.snapshot();
        sse.write(
          sseFrame({ type: 'state', at: stateSince.toISOString(), model: host.alias, state: host.state }),
        );
      }
      return feed.subscribe((change) => {
        if (mayUse(request, change.model)) sse.write(sseFrame(toEvent(change)));
      });
    }),
  );
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
