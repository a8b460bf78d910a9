import { EXIT } from './exit-codes.js';

/** Ends the process when whoever reads its output has had enough (`qvac logs | head`): that is no failure. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
}
