import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { ENGINE_NOTICE } from '../protocol/engine-notice.js';
import type { LifeEvent } from '../protocol/events.js';

/** Characters kept of the process's stderr. A native abort's reason is in its last lines. */
const STDERR_TAIL_CHARS = 4_096;

/** How long an unloaded engine may take to end by itself. Measured: under 100 ms. */
const EXIT_GRACE_MS = 5_000;

/**
 * The `bare` process behind this thread's SDK. The SDK spawns it on first use and does not tell its pid, which the
 * gateway needs: when this thread dies, the process lives on until somebody kills it.
 */
export interface EngineProcess {
  /** False once it has ended, and before the first use of the SDK. */
  readonly isRunning: boolean;
  /** Resolves when no process is left, and none can be started any more. One that outlives its grace is killed. */
  ensureExited(): Promise<void>;
}

/**
 * Watches for the `bare` process of this thread and reports its start and its end. Call it before the SDK is used.
 *
 * @param mayRestart whether the SDK may start another when one has ended, as it does whenever it is asked for anything.
 */
export function watchEngineProcess(report: (event: LifeEvent) => void, mayRestart = false): EngineProcess {
  let child: ChildProcess | undefined;
  let exited = Promise.resolve();
  let isOver = false;

  // Node's own announcement of every ChildProcess that this thread makes.
  subscribe('child_process', (message) => {
    const { process: spawned } = message as { process: ChildProcess };
    // It would outlive the thread, which is about to end; and then no one could wait for its end.
    if (isOver || (child && !mayRestart)) return refuse(spawned);
    child = spawned;
    muteStdout(spawned);
    exited = new Promise((resolve) => {
      let stderrTail = '';
      spawned.once('spawn', () => {
        if (spawned.pid !== undefined) report({ type: 'process-started', pid: spawned.pid });
        spawned.stderr?.on('data', (chunk: Buffer) => {
          const text = chunk.toString();
          stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARS);
          passOnNotices(text);
        });
      });
      // `close`, not `exit`: by then stderr has been read to its end.
      spawned.once('close', (exitCode, signal) => {
        report({ type: 'process-exited', exitCode, signal, stderrTail });
        resolve();
      });
      spawned.once('error', () => resolve());
    });
  });

  return {
    get isRunning() {
      return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
    },
    async ensureExited() {
      isOver = true;
      const inTime = await Promise.race([
        exited.then(() => true),
        delay(EXIT_GRACE_MS, false, { ref: false }),
      ]);
      if (inTime) return;
      child?.kill('SIGKILL');
      await exited;
    },
  };
}

/** Writes our own Bare entry's notices to the gateway's stderr. What an engine writes there is many lines a call. */
function passOnNotices(text: string): void {
  for (const line of text.split('\n')) if (line.startsWith(ENGINE_NOTICE)) process.stderr.write(`${line}\n`);
}

/** What Node's `spawn` calls. */
interface Spawner {
  spawn(options: { readonly stdio: readonly unknown[] }): unknown;
}

/** Has Node's `spawn` throw. The SDK expects that: what it was asked for fails. */
function refuse(child: ChildProcess): void {
  (child as ChildProcess & Spawner).spawn = () => {
    throw new Error('the engine process has ended');
  };
}

/** The SDK lets its process share our stdout, where some engines write: into the midst of the gateway's log. */
function muteStdout(child: ChildProcess): void {
  const spawner = child as ChildProcess & Spawner;
  const { spawn } = spawner;
  spawner.spawn = (options) => {
    const [stdin, , ...others] = options.stdio;
    return spawn.call(child, { ...options, stdio: [stdin, 'ignore', ...others] });
  };
}
