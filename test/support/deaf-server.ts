import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isStopped } from './processes.js';

/** A server without models that can turn as deaf as a machine that is gone. Linux only. */
interface DeafServer {
  /** With `/v1`. */
  readonly url: string;
  /** Resolves when further connections get no answer at all. */
  deafen(): Promise<void>;
}

/** Connections that wait until the program takes them; the kernel lets in one more. */
const BACKLOG = 1;

const PROGRAM = `
const server = require('node:http').createServer((_, response) => response.end('{"data":[]}'));
server.listen({ port: 0, host: '127.0.0.1', backlog: ${BACKLOG} }, () => console.log(server.address().port));
`;

/** Starts it as a process of its own. It is killed after the file's tests. */
export async function startDeafServer(): Promise<DeafServer> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sockets: Socket[] = [];
  after(() => {
    child.kill('SIGKILL');
    for (const socket of sockets) socket.destroy();
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async deafen() {
      child.kill('SIGSTOP');
      while (!isStopped(child.pid as number)) await delay(10);
      for (let count = 0; count <= BACKLOG; count += 1) {
        sockets.push(connect(port, '127.0.0.1').on('error', () => {})); // of being killed
      }
      while (waitingAt(port) <= BACKLOG) await delay(10);
    },
  };
}

/** Connections that a listening port's program has not taken yet: for such a port that is what Linux counts as received. */
function waitingAt(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const listening = lines.find((line) => line.includes(` ${address} 00000000:0000 0A `));
  return Number.parseInt(
    / [0-9A-F]{8}:([0-9A-F]{8}) /.exec(listening?.split(' 0A')[1] ?? '')?.[1] ?? '0',
    16,
  );
}
