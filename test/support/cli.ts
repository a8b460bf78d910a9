import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** How a run of the program ended. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts the program as a child, as a person would.
 *
 * @param detached in a process group of its own, to which a test can send what a terminal would.
 */
export function spawnCli(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  detached = false,
  stdin: 'ignore' | 'pipe' = 'ignore',
): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    cwd,
    detached,
    env: { ...cleanEnv(), ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
}

/** What the developer has set would shut the tests out, or hide log lines from them. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return { ...process.env, QVAC_API_KEY: undefined, LOG_LEVEL: undefined };
}

/**
 * Runs the program to its end.
 *
 * @param input what is piped into it; nothing by default.
 */
export async function runCli(
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
  input?: string,
): Promise<CliResult> {
  const child = spawnCli(args, cwd, env, false, input === undefined ? 'ignore' : 'pipe');
  child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}
