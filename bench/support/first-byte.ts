import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.js';
import { ensureExited, trackChild } from './children.js';

/** Between two attempts to connect: what the figure may be too large by. */
const ATTEMPT_MS = 5;

/** A server that is to be started, with the port that it is to take as its last argument. */
export interface ServerCommand {
  /** For Node. */
  readonly args: readonly string[];
  readonly cwd: string;
}

/** Milliseconds from the start of a server until the first byte of its `/v1/models`. */
export async function firstByteMs({ args, cwd }: ServerCommand): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...args, String(port)], {
    cwd,
    env: { ...process.env, TMPDIR: cwd, HOME: cwd },
    stdio: 'ignore',
  });
  trackChild(child);
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended before it answered`);
      await delay(ATTEMPT_MS);
    }
    return performance.now() - startedAt;
  } finally {
    child.kill('SIGTERM');
    await ensureExited(child);
  }
}

/** Whether there is a server, once it has begun to answer. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/v1/models', agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) response.once('data', () => resolve(true));
      else reject(new Error(`/v1/models answered ${response.statusCode}`));
    });
    request.once('error', () => resolve(false));
  });
}
