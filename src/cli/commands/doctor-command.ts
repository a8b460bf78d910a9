import type { Command } from 'commander';
import { examples } from './client-command.js';
import type { Manifest } from './manifest.js';
import { parsePort } from './option-parsers.js';

export function addDoctorCommand(program: Command, { engines }: Manifest): void {
  program
    .command('doctor')
    .description('Check whether a gateway can run here, and say what to do if not.')
    .option('-c, --config <path>', 'config file (default: qvac.config.* from this folder upward)')
    .option('-p, --port <number>', "port to try (default: the config's)", parsePort)
    .option('-H, --host <address>', "address to try (default: the config's)")
    .option('--json', 'for scripts', false)
    .addHelpText('after', examples('qvac doctor', 'qvac doctor --port 8080'))
    .action(async (options) => {
      const { doctor } = await import('../doctor/doctor.js');
      process.exitCode = await doctor(options, engines.node);
    });
}
