import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { spawnCli } from './cli.js';

/** A line of the gateway's log. */
export interface LogLine {
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** A gateway that runs as a child process. */
export interface TestGateway {
  /** Base URL, without `/v1`. */
  readonly url: string;
  /** The process that was started: the supervisor, unless there is none. */
  readonly pid: number;
  /** The gateway's process: the first, if it is restarted. */
  readonly gatewayPid: number;
  /** All log lines that have come. They have a way of their own: one may be later than an answer that was sent after it. */
  readonly log: readonly LogLine[];
  /** What it wrote to stderr so far. */
  readonly stderr: () => string;
  /** Resolves with the number of lines so far, when all those have come that were written before. */
  mark(): Promise<number>;
  /** Resolves with the first log line that matches, among those from number `since` on and those to come. */
  logged(matches: (line: LogLine) => boolean, since?: number): Promise<LogLine>;
  /** Resolves with the exit code when it has ended. */
  readonly exited: Promise<number | null>;
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts `qvac serve openai` on a free port and waits until it serves. Call it at the top level of a test file: it is
 * stopped after the file's tests.
 */
export async function startGateway(
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
  { detached = false } = {},
): Promise<TestGateway> {
  const child = spawnCli(['serve', 'openai', '-p', '0', '--log-format', 'json', ...args], cwd, env, detached);
  const log: LogLine[] = [];
  const watchers = new Set<(line: LogLine) => void>();
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const exited = once(child, 'close').then(([exitCode]) => exitCode as number | null);
  if (!child.stdout || child.pid === undefined) throw new Error('the gateway was not spawned');
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as LogLine;
    log.push(line);
    for (const watch of watchers) watch(line);
  });

  function logged(matches: (line: LogLine) => boolean, since = 0): Promise<LogLine> {
    const past = log.slice(since).find(matches);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const watch = (line: LogLine): void => {
        if (!matches(line)) return;
        watchers.delete(watch);
        resolve(line);
      };
      watchers.add(watch);
      void exited.then((exitCode) => reject(new Error(`the gateway ended with ${exitCode}: ${stderr}`)));
    });
  }

  let marks = 0;
  async function mark(): Promise<number> {
    marks += 1;
    const id = `mark-${marks}`;
    await (await fetch(String(started.url), { headers: { 'x-request-id': id } })).arrayBuffer();
    await logged(({ msg, requestId }) => msg === 'request completed' && requestId === id);
    return log.length;
  }

  async function stop(): Promise<number | null> {
    child.kill('SIGTERM');
    return exited;
  }
  after(stop);

  const started = await logged(({ msg }) => msg === 'gateway started');
  return {
    url: started.url as string,
    pid: child.pid,
    gatewayPid: started.pid as number,
    log,
    stderr: () => stderr,
    mark,
    logged,
    exited,
    stop,
  };
}
