import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { ModelStateChange, StateFeed } from '../../models/state-feed.js';
import { sseFrame } from '../sse.js';
import type { EventStreams } from './event-streams.js';
import { OPERATION } from './operations.js';

/** `GET /qvac/v1/events`: the state of each model as a server-sent event, then every change of it. */
export function eventsRoute(
  app: FastifyInstance,
  fleet: Fleet,
  feed: StateFeed,
  streams: EventStreams,
): void {
  // No HEAD: it would have no end, and nothing to show for it.
  app.get('/qvac/v1/events', { ...OPERATION, exposeHeadRoute: false }, async (_request, reply) =>
    streams.open(reply, (sse) => {
      for (const host of fleet.hosts()) {
        const { stateSince } = host.snapshot();
        sse.write(
          sseFrame({ type: 'state', at: stateSince.toISOString(), model: host.alias, state: host.state }),
        );
      }
      return feed.subscribe((change) => sse.write(sseFrame(toEvent(change))));
    }),
  );
}

function toEvent({ model, from, state, event, reason }: ModelStateChange) {
  return {
    type: 'change',
    at: new Date().toISOString(),
    model,
    state,
    from,
    event,
    ...(reason !== undefined && { reason }),
  };
}
