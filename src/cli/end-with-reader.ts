import { EXIT } from './exit-codes.js';

/**
 * Ends the process when its output can't be written: quietly when whoever reads it has had enough (`qvac logs | head`), which
 * is no failure; with the reason otherwise, as on a full disk.
 */
export function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(EXIT.ok);
    process.stderr.write(`error: the output can't be written (${code}).\n`);
    process.exit(EXIT.failure);
  });
}
