import { once } from 'node:events';
import { createServer } from 'node:net';
import { askGateway } from '../gateway-client.js';
import type { Finding } from './finding.js';

const CHECK = 'port';

/** Whether the server could listen there, or does already. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const where = `${host}:${port}`;
  const code = await tryToListen(host, port);
  if (code === undefined) return { check: CHECK, status: 'ok', message: `${where} is free` };
  if (code !== 'EADDRINUSE') {
    const advice = 'Choose another with --host and --port, or in the config.';
    return { check: CHECK, status: 'fail', message: `${where} can't be had (${code})`, advice };
  }
  if (await isGateway(host, port)) {
    return { check: CHECK, status: 'ok', message: `a gateway runs on ${where}` };
  }
  const advice = 'Stop the program that has it (Ollama uses 11434 too), or choose another with --port.';
  return { check: CHECK, status: 'fail', message: `${where} is used by another program`, advice };
}

/** Why not, as Node's code. */
async function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    server.close();
  }
}

async function isGateway(host: string, port: number): Promise<boolean> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const signal = AbortSignal.timeout(3_000);
    const { status } = await askGateway<{ status?: unknown }>({ url }, 'GET', '/health', { signal });
    return status === 'ok';
  } catch {
    return false;
  }
}
