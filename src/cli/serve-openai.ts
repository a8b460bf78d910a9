import { endWithSupervisor } from '../gateway/end-with-supervisor.js';
import { openSupervisorLink, takeSupervised } from '../gateway/supervisor-link.js';
import { EXIT } from './exit-codes.js';
import type { ServeOptions } from './serve-options.js';

/**
 * Runs the server until a signal stops it: in this process as the supervisor, which starts the same command again as its
 * gateway, or as that gateway. Neither loads what only the other one needs.
 *
 * @returns the exit code.
 */
export async function serveOpenai(options: ServeOptions, version: string): Promise<number> {
  if (takeSupervised()) {
    const link = openSupervisorLink(() => {
      // After the clean-up: a thread that is stuck in native code would hold up the exit for ever.
      process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
      process.exit(EXIT.failure);
    });
    endWithSupervisor();
    const { runGateway } = await import('./run-gateway.js');
    const exitCode = await runGateway(options, version, link);
    link.close();
    return exitCode;
  }
  if (options.supervisor) {
    const { runSupervisor } = await import('./run-supervisor.js');
    return runSupervisor(options);
  }
  const { runGateway } = await import('./run-gateway.js');
  return runGateway(options, version);
}
