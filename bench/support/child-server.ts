import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ChatClient } from './chat-client.js';
import { ensureExited, trackChild } from './children.js';
import type { BenchServer } from './side.js';

const PROXY = fileURLToPath(new URL('./proxy-child.js', import.meta.url));
const INSTANT = fileURLToPath(new URL('./instant-child.js', import.meta.url));

/** What such a child tells when it listens. */
export interface ServerStart {
  readonly url: string;
}

/** A small server of the bench's own, as a child. */
export interface ChildServer extends BenchServer {
  /** Base URL, without `/v1`. */
  readonly url: string;
  readonly child: ChildProcess;
}

/** Starts http-proxy alone in front of a server with so many models. */
export function startProxy(target: string, models: number): Promise<ChildServer> {
  return startChild(PROXY, [target], models);
}

/** Starts a server with two models that cost nothing: one writes its tokens together, the other one by one. */
export function startInstant(): Promise<ChildServer> {
  return startChild(INSTANT, [], 2);
}

async function startChild(file: string, args: readonly string[], models: number): Promise<ChildServer> {
  const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  trackChild(child);
  const [{ url }] = (await once(child, 'message')) as [ServerStart];
  const clients = Array.from({ length: models }, (_, index) => new ChatClient(url, `model-${index}`));
  return {
    url,
    asks: clients.map((client) => (call) => client.ask(call)),
    child,
    async stop() {
      for (const client of clients) client.close();
      child.disconnect();
      await ensureExited(child);
    },
  };
}
