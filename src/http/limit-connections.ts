import type { Server } from 'node:http';
import type { Logger } from '../telemetry/logger.js';

/** How often the log says that connections are refused. */
const WARN_INTERVAL_MS = 60_000;

/**
 * Refuses connections beyond a number. Not by `server.maxConnections`, which sees only those that the server has accepted
 * itself.
 */
export function limitConnections(server: Server, most: number, log: Logger): void {
  let open = 0;
  let refused = 0;
  let warnAt = 0;

  server.on('connection', (socket) => {
    if (open >= most) {
      socket.destroy();
      refused += 1;
      if (performance.now() < warnAt) return;
      warnAt = performance.now() + WARN_INTERVAL_MS;
      log.warn({ connections: open, refused }, 'connections refused: too many are open');
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
}
