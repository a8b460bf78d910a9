import type { ReloadReport } from '../protocol/reload.js';
import { askGateway } from './gateway-client.js';
import { type ClientCommandOptions, runClient, toJson } from './run-client.js';

/** `qvac reload`: has a running gateway read its config again. Returns the exit code. */
export function reload(options: ClientCommandOptions): Promise<number> {
  return runClient(async () => {
    const report = await askGateway<ReloadReport>(options, 'POST', '/qvac/v1/reload');
    return options.json ? toJson(report) : toText(report);
  });
}

/** A line for each kind of change. */
function toText({ added, removed, restarted, updated, settings, needs_restart }: ReloadReport): string {
  const lines = [
    line('added', added),
    line('removed', removed),
    line('restarted', restarted),
    line('updated', updated),
    line('taken over', settings),
    line('needs a new start of the gateway', needs_restart),
  ].join('');
  return lines || 'Nothing has changed.\n';
}

function line(what: string, names: readonly string[]): string {
  return names.length > 0 ? `${what}: ${names.join(', ')}\n` : '';
}
