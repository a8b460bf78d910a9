import { prettyFactory } from 'pino-pretty';
import type { LogLine } from '../telemetry/log-line.js';
import { useModel } from './find-model.js';
import { askGateway, SHORT_SILENCE_MS, streamGateway } from './gateway-client.js';
import { PRETTY } from './pretty-stream.js';
import { type ClientCommandOptions, runClient } from './run-client.js';

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
  const show = async (): Promise<string | undefined> => {
    const format = options.json ? toJsonLine : createPrettyFormat();
    const query = new URLSearchParams({ limit: String(options.lines), follow: String(options.follow) });
    if (alias !== undefined) query.set('model', alias);
    const path = `/qvac/v1/logs?${query}`;
    if (!options.follow) {
      const { data } = await askGateway<{ data: LogLine[] }>(options, 'GET', path, {
        silenceMs: SHORT_SILENCE_MS,
      });
      return data.map(format).join('');
    }
    for await (const text of streamGateway(options, 'GET', path)) {
      process.stdout.write(format(JSON.parse(text) as LogLine));
    }
    process.stderr.write('The gateway has stopped.\n');
    return undefined;
  };
  return runClient(() => (alias === undefined ? show() : useModel(alias, options, show)));
}

function toJsonLine(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** As the gateway's own at a terminal. */
function createPrettyFormat(): (line: LogLine) => string {
  const pretty = prettyFactory({ ...PRETTY, colorize: process.stdout.isTTY && !process.env.NO_COLOR });
  return (line) => String(pretty(line));
}
