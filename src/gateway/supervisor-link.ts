import type { Socket } from 'node:net';
import {
  type BoundAddress,
  type GatewayMessage,
  type Inheritance,
  SUPERVISED,
  type SupervisorMessage,
} from '../protocol/supervision.js';

/** Signals that a terminal or a service manager sends to all processes of a group. The supervisor says what they mean. */
const GROUP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;

type Outcome = Extract<SupervisorMessage, { type: 'listening' | 'listen-failed' }>;

/** The gateway's end of its line to the supervisor. */
export interface SupervisorLink {
  /** What the gateway before left, if there was one. */
  readonly inheritance: Promise<Inheritance | undefined>;
  /** Called whenever the supervisor wants the config to be read again. */
  onReload(listener: () => void): void;
  /** Aborts when the supervisor wants the gateway to stop. */
  readonly stopping: AbortSignal;
  /**
   * Has the supervisor listen.
   *
   * @param settings for the next gateway, if this one dies.
   * @param admit gets every connection.
   * @throws Node's error if the port can't be had.
   */
  listen(
    host: string,
    port: number,
    settings: unknown,
    admit: (socket: Socket) => void,
  ): Promise<BoundAddress>;
  /** Says what the next gateway takes for its settings, from now on. */
  reportSettings(settings: unknown): void;
  /** Says which models a next gateway should load. */
  reportLoaded(models: readonly string[]): void;
  /** Lets the process end. Nothing can be said any more. */
  close(): void;
}

/** Whether this process was started by a supervisor. Says so once: engines would inherit the variable. */
export function takeSupervised(): boolean {
  const isSupervised = process.env[SUPERVISED] !== undefined && process.send !== undefined;
  delete process.env[SUPERVISED];
  return isSupervised;
}

/**
 * Begins to listen to the supervisor. Do it first: it waits for answers.
 *
 * @param endNow called when the supervisor says so, or is gone itself: nobody else would end this process.
 */
export function openSupervisorLink(endNow: () => void): SupervisorLink {
  const stopping = new AbortController();
  let admit: (socket: Socket) => void = () => {};
  let begin: (inheritance: Inheritance | undefined) => void = () => {};
  let settle: (outcome: Outcome) => void = () => {};
  let reload: () => void = () => {};
  const inheritance = new Promise<Inheritance | undefined>((resolve) => {
    begin = resolve;
  });

  function hear(message: SupervisorMessage, socket: Socket | undefined): void {
    switch (message.type) {
      case 'start':
        begin(message.inheritance);
        break;
      case 'ping':
        send({ type: 'pong' });
        break;
      case 'listening':
      case 'listen-failed':
        settle(message);
        break;
      case 'connection':
        // Before a byte of it is read: once it is, no other gateway could answer it.
        send({ type: 'took', id: message.id });
        if (socket) admit(socket); // none if it was closed on its way
        break;
      case 'reload':
        reload();
        break;
      case 'stop':
        stopping.abort();
        break;
      case 'stop-now':
        endNow();
        break;
    }
  }
  process.on('message', (message, socket) =>
    hear(message as SupervisorMessage, socket as Socket | undefined),
  );
  process.once('disconnect', endNow);
  for (const signal of GROUP_SIGNALS) process.on(signal, () => {});

  return {
    inheritance,
    stopping: stopping.signal,
    onReload(listener) {
      reload = listener;
    },
    async listen(host, port, settings, onConnection) {
      admit = onConnection;
      const settled = new Promise<Outcome>((resolve) => {
        settle = resolve;
      });
      send({ type: 'listen', host, port, settings });
      const outcome = await settled;
      if (outcome.type === 'listening') return outcome;
      throw Object.assign(new Error(outcome.message), { code: outcome.code });
    },
    reportSettings: (settings) => send({ type: 'settings', settings }),
    reportLoaded: (models) => send({ type: 'loaded', models }),
    close() {
      process.off('disconnect', endNow);
      if (process.connected) process.disconnect();
    },
  };
}

function send(message: GatewayMessage): void {
  // An answer to a supervisor that has just gone: `disconnect` says so.
  if (process.connected) process.send?.(message, () => {});
}
