import { once } from 'node:events';
import { after } from 'node:test';
import { spawnCli } from './cli.js';

/** A `qvac provide` that runs as a child process. */
export interface TestProvider {
  readonly publicKey: string;
  readonly pid: number;
  /** What it has written so far. */
  output(): string;
  /** Sends a signal to its whole process group: SIGSTOP lets it stand still as if its machine did. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends its whole process group, as a power cut would. */
  kill(): Promise<void>;
}

/** Starts `qvac provide` and waits until peers can reach it. It is killed after the file's tests. */
export async function startProvider(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<TestProvider> {
  const child = spawnCli(['provide', ...args], cwd, env, true);
  const exited = once(child, 'close');
  const { pid } = child;
  if (pid === undefined) throw new Error('the provider was not spawned');
  async function kill(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) process.kill(-Number(pid), 'SIGKILL');
    await exited;
  }
  after(kill);
  let written = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    written += chunk;
  });
  const publicKey = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      written += chunk;
      const found = /^Public key: ([0-9a-f]{64})$/m.exec(written)?.[1];
      if (found) resolve(found);
    });
    void exited.then(() => reject(new Error(`the provider ended: ${written}`)));
  });
  return { publicKey, pid, output: () => written, signal: (name) => void process.kill(-pid, name), kill };
}
