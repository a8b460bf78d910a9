import type { createServer } from '../http/server.js';

/** Our HTTP server, not yet listening. */
export type HttpServer = ReturnType<typeof createServer>;

/** How the gateway gets its connections. */
export interface Door {
  /**
   * Lets connections in.
   *
   * @returns the base URL.
   * @throws Node's error if the port can't be had (`EADDRINUSE`, `EACCES`, …).
   */
  open(server: HttpServer, host: string, port: number): Promise<string>;
  /** Resolves when no connection is left. Call it after the server was told to close. */
  closed(): Promise<void>;
}

/** The gateway has the port itself. */
export const OWN_DOOR: Door = {
  open: (server, host, port) => server.listen({ host, port }),
  closed: async () => {}, // the server counts its own
};
