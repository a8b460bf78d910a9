import fs from 'bare-fs';
import os from 'bare-os';

const STDOUT = 1;

/**
 * Keeps what the Parakeet engine says of itself out of the gateway's log. Its addon (0.10) has `setLogger`, but is built
 * to write to stdout, which the SDK lets its process share with the gateway. Call it before the engine is used.
 *
 * On Windows it does nothing: libuv closes no standard stream there.
 */
export function muteEngine(): void {
  if (os.platform() === 'win32') return;
  fs.closeSync(STDOUT);
  fs.openSync('/dev/null', 'w'); // takes the lowest number that is free
}
