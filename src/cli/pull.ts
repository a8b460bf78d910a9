import { ConfigError } from '../config/config-error.js';
import { loadConfig } from '../config/load.js';
import { pullModel } from '../gateway/pull-model.js';
import { ApiError } from '../protocol/errors.js';
import { CommandError } from './command-error.js';
import { endWithReader } from './end-with-reader.js';
import { EXIT } from './exit-codes.js';
import { findPulled } from './find-pulled.js';
import { createBarReport, createJsonReport, createLineReport, type PullReport } from './pull-report.js';
import { watchStopSignals } from './stop-signals.js';

/** What `qvac pull` was told. */
export interface PullOptions {
  readonly config?: string;
  readonly json: boolean;
}

/** `qvac pull`: downloads the files of a model, in this process. Returns the exit code. */
export async function pull(name: string, options: PullOptions): Promise<number> {
  const { json } = options;
  endWithReader();
  try {
    const config = await loadConfig({ ...(options.config && { path: options.config }), cwd: process.cwd() });
    const spec = await findPulled(name, config);
    const stopping = watchStopSignals(() => process.exit(EXIT.interrupted));
    const report = createReport(name, json);
    let isStopped = false;
    try {
      await pullModel(spec, config.sdk, report.progress, stopping);
    } catch (error) {
      if (!stopping.aborted) throw error;
      isStopped = true;
    } finally {
      report.end();
    }
    if (isStopped) {
      const message = `${name}: stopped. What came is kept: the next pull goes on from it.`;
      return fail('interrupted', message, json, EXIT.interrupted);
    }
    process.stdout.write(
      json ? `${JSON.stringify({ type: 'end', model: name })}\n` : `${name} is on this machine.\n`,
    );
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ApiError) return fail(error.code, `error: ${error.message}`, json, EXIT.failure);
    if (error instanceof ConfigError) return fail('config', error.message, json, EXIT.failure);
    if (error instanceof CommandError) return fail('usage', error.message, json, error.exitCode);
    throw error;
  }
}

function createReport(name: string, json: boolean): PullReport {
  if (json) return createJsonReport(name, process.stdout);
  return process.stderr.isTTY
    ? createBarReport(name, process.stderr)
    : createLineReport(name, process.stderr);
}

function fail(code: string, message: string, json: boolean, exitCode: number): number {
  if (json) {
    const report = { type: 'error', code, message: message.replace(/^error: /, '') };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else process.stderr.write(`${message}\n`);
  return exitCode;
}
