import type { LogLevel } from '../telemetry/log-level.js';
import type { LogFormat } from '../telemetry/logger.js';
import type { AccessOptions } from './access-options.js';

/** Options of `qvac serve openai`, as commander parses them. */
export interface ServeOptions extends AccessOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly model: readonly string[];
  /** In seconds. */
  readonly shutdownTimeout: number;
  readonly supervisor: boolean;
  readonly watch: boolean;
  readonly logFormat?: LogFormat;
  readonly logPrompts: boolean;
  readonly logLevel: LogLevel;
  /** Level `debug`, whatever `logLevel` says. */
  readonly verbose: boolean;
}
