import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ChatClient } from './chat-client.js';
import { ensureExited, trackChild } from './children.js';
import type { BenchGateway } from './gateway-side.js';
import type { ProxyStart } from './proxy-child.js';
import type { Side } from './side.js';

const CHILD = fileURLToPath(new URL('./proxy-child.js', import.meta.url));

/** http-proxy as a child. */
export interface BenchProxy {
  /** A client of each of the far gateway's models, in order. */
  readonly asks: readonly Side['ask'][];
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts http-proxy alone in front of a gateway. */
export async function startProxy({ url: target, clients: { length } }: BenchGateway): Promise<BenchProxy> {
  const child = fork(CHILD, [target], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  trackChild(child);
  const [{ url }] = (await once(child, 'message')) as [ProxyStart];
  const clients = Array.from({ length }, (_, index) => new ChatClient(url, `model-${index}`));
  return {
    asks: clients.map((client) => (call) => client.ask(call)),
    child,
    async stop() {
      for (const client of clients) client.close();
      child.disconnect();
      await ensureExited(child);
    },
  };
}
