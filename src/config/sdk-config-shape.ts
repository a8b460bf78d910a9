import { isAbsolute } from 'node:path';
import { z } from 'zod';

/**
 * The SDK's own settings, which share the file's top level with ours. Repeated here because the SDK does not
 * export its schema, and strips what it does not know; a test holds the keys against it.
 */
export const SDK_CONFIG_SHAPE = {
  cacheDirectory: z
    .string()
    .refine((path) => isAbsolute(path), 'must be an absolute path: the SDK refuses a relative one')
    .optional()
    .describe('Folder for downloaded models. Absolute path. Default: ~/.qvac/models.'),
  swarmRelays: z
    .array(z.string())
    .optional()
    .describe(
      'Public keys (hex) of Hyperswarm relays, for machines behind NAT or a firewall. Default: none.',
    ),
  loggerLevel: z
    .enum(['error', 'warn', 'info', 'debug', 'off'])
    .optional()
    .describe('Log level of the SDK. Default: info.'),
  loggerConsoleOutput: z
    .boolean()
    .optional()
    .describe('Whether the SDK prints its log to the console. Default: false.'),
  httpDownloadConcurrency: z
    .int()
    .positive()
    .optional()
    .describe('Files of a sharded model that are downloaded at the same time over HTTP. Count. Default: 3.'),
  httpConnectionTimeoutMs: z
    .int()
    .positive()
    .optional()
    .describe('How long an HTTP download may take to connect. Milliseconds. Default: 10000.'),
  registryDownloadMaxRetries: z
    .int()
    .min(0)
    .optional()
    .describe('How often a stalled download from the model registry is tried again. Count. Default: 3.'),
  registryStreamTimeoutMs: z
    .int()
    .positive()
    .optional()
    .describe(
      'How long a registry download may stall before it is tried again. Milliseconds. Default: 60000.',
    ),
  deviceDefaults: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('Model config defaults per device: objects of name, match and defaults. Default: none.'),
  plugins: z
    .array(z.string())
    .optional()
    .describe("Plugins that the SDK's bundler includes. The gateway does not use it. Default: all."),
  bareRuntimeVersion: z
    .string()
    .optional()
    .describe(
      "Bare version that the SDK's bundler checks against. The gateway does not use it. Default: found.",
    ),
};
