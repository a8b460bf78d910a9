import type OpenAI from 'openai';
import { checkedFetch } from './checked-fetch.js';
import { type LogLine, startGateway, type TestGateway } from './gateway.js';
import { createOpenAI } from './openai-client.js';

/** A gateway to which something happens. */
export interface FaultGateway extends TestGateway {
  readonly openai: OpenAI;
  /** Asks a model for its fallback reply, or another. */
  ask(model: string, content?: string): Promise<string | null | undefined>;
  /** Process id of the model's `bare` process, by the log of its last load. */
  pidOf(alias: string): number;
  /** The first log line about a model since line number `since`. */
  loggedOf(alias: string, msg: string, since: number): Promise<LogLine>;
  /** As the gateway tells it. */
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
    pidOf(alias) {
      const line = gateway.log.findLast(({ msg, model }) => msg === 'model loaded' && model === alias);
      return line?.pid as number;
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
