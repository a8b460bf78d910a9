import type OpenAI from 'openai';
import { checkedFetch } from './checked-fetch.js';
import type { LogLine, TestGateway } from './gateway.js';
import { createOpenAI } from './openai-client.js';

/** The models of a gateway under test, as a client and its log show them. The gateway needs `-v`. */
export interface ObservedModels {
  readonly openai: OpenAI;
  /** The text of a model's answer. */
  ask(model: string, content?: string): Promise<string | null | undefined>;
  /** `DELETE /v1/models/:id`, with a query. */
  unload(model: string, query?: string): Promise<Response>;
  /** Where the model is in its life. */
  stateOf(model: string): Promise<string | undefined>;
  /** Process id of the engine that the model was last loaded into. */
  pidOf(model: string): number;
  /** The first line of the log about this model, from number `since` on, that says so. */
  logged(model: string, msg: string, since: number): Promise<LogLine>;
}

export function observeModels(gateway: TestGateway): ObservedModels {
  const openai = createOpenAI(gateway.url);
  return {
    openai,
    async ask(model, content = 'Hello!') {
      const messages = [{ role: 'user' as const, content }];
      const { choices } = await openai.chat.completions.create({ model, messages });
      return choices[0]?.message.content;
    },
    unload: (model, query = '') =>
      checkedFetch(`${gateway.url}/v1/models/${model}${query}`, { method: 'DELETE' }),
    async stateOf(model) {
      const response = await checkedFetch(`${gateway.url}/v1/models?state=all`);
      const { data } = (await response.json()) as { data: { id: string; state: string }[] };
      return data.find(({ id }) => id === model)?.state;
    },
    pidOf(model) {
      const line = gateway.log.findLast((one) => one.msg === 'model loaded' && one.model === model);
      return line?.pid as number;
    },
    logged: (model, msg, since) => gateway.logged((line) => line.msg === msg && line.model === model, since),
  };
}
