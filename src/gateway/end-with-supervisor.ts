import { Worker } from 'node:worker_threads';

/** Time between two looks. */
const INTERVAL_MS = 1_000;

/** Looks that find the supervisor gone before this process is killed: it may end by itself, and clean up. */
const LOOKS = 3;

/**
 * Kills this process if the supervisor is gone and the event loop does not notice, because something blocks it: nobody
 * else would. So it needs a thread. On Windows a parent's id does not change; there only a loop that runs notices.
 */
export function endWithSupervisor(): void {
  if (process.platform === 'win32') return;
  const code = `
    let looks = 0;
    setInterval(() => {
      if (process.ppid === ${process.ppid}) return;
      looks += 1;
      if (looks === ${LOOKS}) process.kill(process.pid, 'SIGKILL');
    }, ${INTERVAL_MS});`;
  new Worker(code, { eval: true, execArgv: [], env: {} }).unref();
}
