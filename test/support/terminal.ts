import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { CLI, cleanEnv } from './cli.js';

/** The program at a terminal, as a person sees it. */
interface Terminal {
  /** All that it has written so far, control sequences included. */
  readonly output: () => string;
  /** Resolves when what it has written since the last call matches. */
  until(pattern: RegExp): Promise<void>;
  /** Presses keys. */
  press(keys: string): void;
  readonly exited: Promise<number | null>;
}

/** `script` of util-linux gives a program a terminal. Debian always has it; other systems' take other options. */
export const HAS_TERMINAL = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

/** Starts the program at a terminal of 40 lines, of 120 characters if nothing else is said. */
export function openTerminal(args: readonly string[], cwd: string, columns = 120): Terminal {
  const command = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty rows 40 cols ${columns}; exec ${command}`, '/dev/null'], {
    cwd,
    env: cleanEnv(),
  });
  let output = '';
  let seen = 0;
  let isOver = false;
  let wake = (): void => {};
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
    wake();
  });
  const exited = once(child, 'close').then(([exitCode]) => {
    isOver = true;
    wake();
    return exitCode as number | null;
  });
  after(() => child.kill('SIGKILL'));

  return {
    output: () => output,
    exited,
    press: (keys) => child.stdin.write(keys),
    async until(pattern) {
      while (true) {
        const match = pattern.exec(output.slice(seen));
        if (match) {
          seen += match.index + match[0].length;
          return;
        }
        if (isOver) throw new Error(`it ended without ${pattern}: ${output.slice(seen)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
