import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayMessage, Inheritance } from '../protocol/supervision.js';
import type { Logger } from '../telemetry/logger.js';
import { Doorman } from './doorman.js';
import { type GatewayCommand, type GatewayEnd, GatewayProcess } from './gateway-process.js';
import { decideRestart } from './restart-policy.js';
import { type StopSignals, stopOnSignals } from './stop-on-signals.js';

/** What the supervisor works with. */
export interface SuperviseOptions {
  readonly command: GatewayCommand;
  readonly log: Logger;
  readonly signals: StopSignals;
  /** Has a listener called whenever the gateway is to read its config again, until the function that it returns is called. */
  readonly onReload: (listener: () => void) => () => void;
  /** How long running calls may take to finish when it stops. */
  readonly shutdownTimeoutMs: number;
}

/** How it came to an end. */
export type SuperviseOutcome =
  | { readonly type: 'stopped' }
  /** It was told to stop, and did not as it should. */
  | { readonly type: 'stop-failed'; readonly reason: string }
  /** The first gateway ended before it had the port. */
  | { readonly type: 'not-started'; readonly end: GatewayEnd }
  | { readonly type: 'crash-loop'; readonly deaths: number; readonly reason: string };

/** Keeps a gateway running until it is told to stop, or until it dies again and again. */
export async function supervise(options: SuperviseOptions): Promise<SuperviseOutcome> {
  const { log, signals } = options;
  const doorman = new Doorman();
  const stopListening = (): void => doorman.close();
  signals.stopping.addEventListener('abort', stopListening);
  let inheritance: Inheritance | undefined;
  let deaths = 0;
  let diedAt: number | undefined;

  /** Runs one gateway to its end. */
  async function run(): Promise<{ end: GatewayEnd; pid: number | undefined; servedMs: number }> {
    let servesSince: number | undefined;

    async function open(host: string, port: number, settings: unknown): Promise<void> {
      try {
        const bound = await doorman.listen(host, port);
        gateway.send({ type: 'listening', ...bound });
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException;
        gateway.send({ type: 'listen-failed', code, message });
        return;
      }
      servesSince = performance.now();
      inheritance = { settings, loaded: inheritance?.loaded ?? [] };
      doorman.attach((id, socket) => gateway.give(id, socket));
      if (diedAt !== undefined) {
        log.warn({ pid: gateway.pid, ms: Math.round(servesSince - diedAt) }, 'gateway restarted');
      }
    }

    function hear(message: GatewayMessage): void {
      if (message.type === 'listen') void open(message.host, message.port, message.settings);
      if (message.type === 'took') doorman.took(message.id);
      if (message.type === 'settings' && inheritance)
        inheritance = { ...inheritance, settings: message.settings };
      if (message.type === 'loaded' && inheritance) inheritance = { ...inheritance, loaded: message.models };
    }

    const gateway = new GatewayProcess(options.command, hear);
    gateway.send({ type: 'start', ...(inheritance && { inheritance }) });
    const forgetSignals = stopOnSignals(gateway, signals, options.shutdownTimeoutMs);
    const forgetReload = options.onReload(() => gateway.send({ type: 'reload' }));
    const end = await gateway.ended;
    forgetReload();
    forgetSignals();
    doorman.detach();
    return { end, pid: gateway.pid, servedMs: servesSince ? performance.now() - servesSince : 0 };
  }

  try {
    while (true) {
      const { end, pid, servedMs } = await run();
      if (signals.stopping.aborted) {
        return end.exitCode === 0 ? { type: 'stopped' } : { type: 'stop-failed', reason: end.reason };
      }
      if (!inheritance) return { type: 'not-started', end };
      diedAt = performance.now();
      log.error({ pid, reason: end.reason }, 'gateway died');
      const decision = decideRestart(deaths, servedMs, Math.random);
      deaths = decision.deaths;
      if (decision.delayMs === undefined) return { type: 'crash-loop', deaths, reason: end.reason };
      log.warn({ delayMs: decision.delayMs, deaths }, 'gateway restarting');
      await delay(decision.delayMs, undefined, { signal: signals.stopping }).catch(() => {});
      if (signals.stopping.aborted) return { type: 'stopped' };
    }
  } finally {
    signals.stopping.removeEventListener('abort', stopListening);
    doorman.close();
    doorman.dismiss();
  }
}
