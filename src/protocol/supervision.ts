/** What the supervisor and its gateway process tell each other, over Node's IPC channel. */

/** What the gateway that died leaves to the next one. */
export interface Inheritance {
  /** The config that was checked last: a file that was broken meanwhile must not keep the gateway from coming back. */
  readonly settings: unknown;
  /** Aliases of the models that were loaded. */
  readonly loaded: readonly string[];
}

/** Where the port really is. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

export type SupervisorMessage =
  /** The first. */
  | { readonly type: 'start'; readonly inheritance?: Inheritance }
  | { readonly type: 'ping' }
  | ({ readonly type: 'listening' } & BoundAddress)
  | { readonly type: 'listen-failed'; readonly code: string; readonly message: string }
  /** Comes with the socket. */
  | { readonly type: 'connection'; readonly id: number }
  /** To read the config again. */
  | { readonly type: 'reload' }
  | { readonly type: 'stop' }
  | { readonly type: 'stop-now' };

export type GatewayMessage =
  | { readonly type: 'pong' }
  /** Once, when it can take connections. From then on it is restarted if it dies. */
  | {
      readonly type: 'listen';
      readonly host: string;
      readonly port: number;
      /** For {@link Inheritance}. */
      readonly settings: unknown;
    }
  /** The connection is the gateway's: it dies with it. */
  | { readonly type: 'took'; readonly id: number }
  /** The config was read again: for {@link Inheritance}. */
  | { readonly type: 'settings'; readonly settings: unknown }
  | { readonly type: 'loaded'; readonly models: readonly string[] };

/** Environment variable that tells a process that it is a supervisor's gateway. */
export const SUPERVISED = 'QVAC_GATEWAY_SUPERVISED';
