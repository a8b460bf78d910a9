import { prettyFactory } from 'pino-pretty';
import type { LogLine } from '../telemetry/log-line.js';
import { askGateway, streamGateway } from './gateway-client.js';
import { PRETTY } from './pretty-stream.js';
import { type ClientCommandOptions, runClient } from './run-client.js';

/** Longer than the gateway is silent: it writes a comment every 15 s. A machine that slept has lost its connection. */
const SILENCE_MS = 40_000;

/** Options of `qvac logs`, as commander parses them. */
export interface LogsOptions extends ClientCommandOptions {
  readonly follow: boolean;
  readonly lines: number;
}

/**
 * `qvac logs`: the log of a running gateway. Returns the exit code.
 *
 * @param alias of the model whose lines are wanted; without it, all are.
 */
export function logs(alias: string | undefined, options: LogsOptions): Promise<number> {
  return runClient(async () => {
    const format = options.json ? toJsonLine : createPrettyFormat();
    const query = new URLSearchParams({ limit: String(options.lines), follow: String(options.follow) });
    if (alias !== undefined) query.set('model', alias);
    const path = `/qvac/v1/logs?${query}`;
    if (!options.follow) {
      const { data } = await askGateway<{ data: LogLine[] }>(options, 'GET', path);
      return data.map(format).join('');
    }
    for await (const text of streamGateway(options, 'GET', path, { silenceMs: SILENCE_MS })) {
      process.stdout.write(format(JSON.parse(text) as LogLine));
    }
    process.stderr.write('The gateway has stopped.\n');
    return undefined;
  });
}

function toJsonLine(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** As the gateway's own at a terminal. */
function createPrettyFormat(): (line: LogLine) => string {
  const pretty = prettyFactory({ ...PRETTY, colorize: process.stdout.isTTY && !process.env.NO_COLOR });
  return (line) => String(pretty(line));
}
