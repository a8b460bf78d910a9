import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type GatewayMessage, SUPERVISED, type SupervisorMessage } from '../protocol/supervision.js';
import { childStdio } from './child-stdio.js';
import { Heartbeat, TICK_MS } from './heartbeat.js';

/** Looks, a millisecond apart, for the end of an ended process's messages. They are in the pipe already. */
const MOST_LOOKS = 1_000;

/** How a gateway process ended. */
export interface GatewayEnd {
  /** `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** For people, as "was killed by SIGKILL". */
  readonly reason: string;
}

/** What a gateway process is started with. */
export interface GatewayCommand {
  /** Absolute path of the program's entry. */
  readonly entry: string;
  readonly args: readonly string[];
}

/** One gateway process: starts with its making, is asked every second whether it still answers, and killed if not. */
export class GatewayProcess {
  /** Resolves when it has ended and all that it said has been heard. */
  readonly ended: Promise<GatewayEnd>;
  readonly #child: ChildProcess;
  readonly #heartbeat = new Heartbeat();
  #killReason: string | undefined;

  constructor({ entry, args }: GatewayCommand, onMessage: (message: GatewayMessage) => void) {
    this.#child = fork(entry, args, {
      env: { ...process.env, [SUPERVISED]: '1' },
      stdio: childStdio(args),
      windowsHide: true,
    } as Parameters<typeof fork>[2]);
    this.#child.on('message', (message: GatewayMessage) => {
      if (message.type === 'pong') this.#heartbeat.answered();
      if (message.type === 'listen') this.#heartbeat.serving();
      onMessage(message);
    });
    this.ended = this.#untilEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Tells it something. Once it has gone, nothing happens. */
  send(message: SupervisorMessage): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Hands it a connection, and keeps a copy: it may die before it takes it. */
  give(id: number, socket: Socket): void {
    if (!this.#child.connected) return;
    const message: SupervisorMessage = { type: 'connection', id };
    this.#child.send(message, socket, { keepOpen: true }, () => {});
  }

  /** Ends it at once. */
  kill(reason: string): void {
    this.#killReason ??= reason;
    this.#child.kill('SIGKILL'); // Windows ends it just the same
  }

  async #untilEnd(): Promise<GatewayEnd> {
    const timer = setInterval(() => {
      if (this.#heartbeat.shouldAsk()) this.send({ type: 'ping' });
      else this.kill(`did not answer for ${this.#heartbeat.limit} s`);
    }, TICK_MS);
    try {
      const [exitCode, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
      // A connection that it took and whose confirmation is still in the pipe must not go to the next one. There is no
      // event to wait for: Node emits no `disconnect` when a handle was on its way.
      for (let look = 0; this.#child.connected && look < MOST_LOOKS; look += 1) await delay(1);
      const how = signal ? `was killed by ${signal}` : `exited with code ${exitCode}`;
      return { exitCode, reason: this.#killReason ?? how };
    } catch (error) {
      return { exitCode: null, reason: `could not be started: ${(error as Error).message}` };
    } finally {
      clearInterval(timer);
    }
  }
}
