import os from 'bare-os';

/** How often to look whether the gateway is still there. */
const INTERVAL_MS = 1_000;

/**
 * Ends this process when the gateway's has gone. The SDK sees its socket close and cleans up, but waits in that for a
 * call that still runs: such a process stayed for ever. On Windows a parent's id does not change; there the SDK is all.
 */
export function endWithParent(): void {
  const parent = os.ppid();
  const timer = setInterval(() => {
    if (os.ppid() !== parent) os.kill(os.pid(), 'SIGKILL');
  }, INTERVAL_MS);
  timer.unref();
}
