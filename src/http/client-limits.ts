const MB = 1024 * 1024;

/** How long the server waits for a client, and how much of it it bears. */
export interface ClientLimits {
  /** For the head of a request, from the connection's start or from its first byte, however it trickles in. */
  readonly headersTimeoutMs: number;
  /** For a whole request with its body. */
  readonly requestTimeoutMs: number;
  /** For the next byte, while the client sends a body or should read an answer. Not while it waits for the engine. */
  readonly stallTimeoutMs: number;
  /** For the next request on a connection that has had one. */
  readonly keepAliveTimeoutMs: number;
  /** Silence after which TCP asks whether the client's machine is still there. */
  readonly probeAfterMs: number;
  /** How often Node looks for requests that have run out of the first two. */
  readonly checkIntervalMs: number;
  /** Connections at once. */
  readonly connections: number;
  /** Bytes that are read and dropped of a body that is refused, so that its sender gets to read why. */
  readonly drainBytes: number;
  /** How long such a body is read. */
  readonly drainTimeoutMs: number;
}

/** No generation is too long for any of these: nothing is expected of a client that waits for its answer. */
export const CLIENT_LIMITS: ClientLimits = {
  // Browsers and undici open spare connections; both open another if one is closed.
  headersTimeoutMs: 30_000,
  // A recording of 25 MB at 350 kbit/s. A client that gets on needs no less; one that doesn't is stalled.
  requestTimeoutMs: 600_000,
  stallTimeoutMs: 30_000,
  // Longer than proxies keep theirs (nginx 60 s): one that closes first never sends into a closed connection.
  keepAliveTimeoutMs: 72_000,
  // Linux then asks nine times, 75 s apart: a client that vanished while it waited is gone after 12 minutes.
  probeAfterMs: 60_000,
  checkIntervalMs: 5_000,
  // Far more than a workstation's clients need, and few enough for its memory (some 20 KB each) and its descriptors.
  connections: 2_048,
  // What people send by mistake, a recording of an hour or so, fits.
  drainBytes: 64 * MB,
  drainTimeoutMs: 30_000,
};
