import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { runClient, toJson } from '../run-client.js';
import { checkConfig } from './check-config.js';
import { checkDisk } from './check-disk.js';
import { checkEngines } from './check-engines.js';
import { checkLibraries } from './check-libraries.js';
import { checkMemory } from './check-memory.js';
import { checkNode } from './check-node.js';
import { checkPort } from './check-port.js';
import { describeFindings } from './describe-findings.js';
import type { Finding } from './finding.js';

/** Options of `qvac doctor`, as commander parses them. */
export interface DoctorOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly json: boolean;
}

/**
 * `qvac doctor`: whether the server can run here, and what to do if not. Returns the exit code.
 *
 * @param engines what package.json asks for of Node.
 */
export function doctor(options: DoctorOptions, engines: string): Promise<number> {
  return runClient(async () => {
    const { finding, config } = await checkConfig(options.config, process.cwd());
    const cacheFolder = config?.sdk.cacheDirectory as string | undefined;
    const findings: Finding[] = [
      checkNode(process.versions.node, engines),
      checkEngines(),
      await checkLibraries(config?.models ?? []),
      checkMemory(),
      await checkDisk(cacheFolder),
      finding,
      await checkPort(options.host ?? config?.host ?? '127.0.0.1', options.port ?? config?.port ?? 11_434),
    ];
    process.stdout.write(options.json ? toJson(findings) : describeFindings(findings));
    const failed = findings.filter(({ status }) => status === 'fail').map(({ check }) => check);
    if (failed.length > 0) {
      throw new CommandError(`error: the gateway can't run like that: ${failed.join(', ')}.`, EXIT.failure);
    }
    return undefined;
  });
}
