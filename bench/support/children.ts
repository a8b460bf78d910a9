import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 15_000;

const running = new Set<ChildProcess>();

/** Remembers a child until it ends, so that no way out of the bench leaves it behind. */
export function trackChild(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** Waits for a child that was asked to stop, and kills it if it does not. */
export async function ensureExited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit'); // `close` never comes once the IPC channel was disconnected from this side
  await Promise.race([exited, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await exited;
}

/** Kills what still runs. Their `bare` processes see their sockets close and end by themselves. */
export function killChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}
