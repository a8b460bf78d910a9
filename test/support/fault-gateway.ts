import type OpenAI from 'openai';
import type { GatewayStatus, ModelStatus } from '../../src/protocol/status.js';
import { checkedFetch } from './checked-fetch.js';
import { type LogLine, startGateway, type TestGateway } from './gateway.js';
import { createOpenAI } from './openai-client.js';

/** A gateway to which something happens. */
export interface FaultGateway extends TestGateway {
  readonly openai: OpenAI;
  /** Asks a model for its fallback reply, or another. */
  ask(model: string, content?: string): Promise<string | null | undefined>;
  /** As the gateway tells it; its log comes on a way of its own, and may be later than an answer. */
  statusOf(alias: string): Promise<ModelStatus>;
  /** Process id of the `bare` process of a model that is loaded. */
  pidOf(alias: string): Promise<number>;
  /** The first log line about a model since line number `since`. */
  loggedOf(alias: string, msg: string, since: number): Promise<LogLine>;
  stateOf(alias: string): Promise<string | undefined>;
  /** Aliases that `GET /v1/models` lists. */
  listed(): Promise<string[]>;
  /** `DELETE /v1/models/:id`, with a query. */
  unload(alias: string, query?: string): Promise<Response>;
}

/** As `startGateway`, with what tests of faults ask of it. */
export async function startFaultGateway(
  config: string,
  cwd: string,
  { args = [], env }: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<FaultGateway> {
  const gateway = await startGateway(['-v', '-c', config, ...args], cwd, env);
  const openai = createOpenAI(gateway.url);
  async function statusOf(alias: string): Promise<ModelStatus> {
    const { models } = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
    const status = models.find(({ id }) => id === alias);
    if (!status) throw new Error(`no status of ${alias}`);
    return status;
  }
  return {
    ...gateway,
    openai,
    async ask(model, content = 'Hello!') {
      const { choices } = await openai.chat.completions.create({
        model,
        messages: [{ role: 'user', content }],
      });
      return choices[0]?.message.content;
    },
    statusOf,
    async pidOf(alias) {
      const { pid } = await statusOf(alias);
      if (pid === null) throw new Error(`${alias} has no process`);
      return pid;
    },
    loggedOf: (alias, msg, since) =>
      gateway.logged((line) => line.msg === msg && line.model === alias, since),
    async stateOf(alias) {
      const response = await fetch(`${gateway.url}/v1/models?state=all`);
      const { data } = (await response.json()) as { data: { id: string; state: string }[] };
      return data.find(({ id }) => id === alias)?.state;
    },
    async listed() {
      return (await openai.models.list()).data.map(({ id }) => id);
    },
    unload: (alias, query = '') =>
      checkedFetch(`${gateway.url}/v1/models/${alias}${query}`, { method: 'DELETE' }),
  };
}

/** What the gateway refused a call with. */
export async function refusalOf(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await call;
  } catch (error) {
    return error as InstanceType<typeof OpenAI.APIError>;
  }
  throw new Error('the call was not refused');
}
