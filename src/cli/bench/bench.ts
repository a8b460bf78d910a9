import { setMaxListeners } from 'node:events';
import { type Answer, takeAnswer } from '../chat/answer.js';
import { type ChatQuestion, streamChat } from '../chat/stream-chat.js';
import { useModel } from '../find-model.js';
import { type ClientCommandOptions, runClient, toJson } from '../run-client.js';
import { describeBench, toBenchReport } from './bench-report.js';

/** Options of `qvac bench`, as commander parses them. */
export interface BenchOptions extends ClientCommandOptions {
  readonly requests: number;
  readonly concurrency: number;
  readonly maxTokens: number;
}

const PROMPT = 'Tell a long story about a lighthouse, its keeper and the sea.';

/** `qvac bench`: how fast a chat model of a running gateway answers. Returns the exit code. */
export function bench(alias: string, options: BenchOptions): Promise<number> {
  return runClient(async () => {
    const question: ChatQuestion = {
      model: alias,
      messages: [{ role: 'user', content: PROMPT }],
      max_tokens: options.maxTokens,
    };
    const ask: Ask = (signal) => takeAnswer(streamChat(options, question, signal));
    await useModel(alias, options, ask); // loads it: a cold start is another question
    const startedAt = performance.now();
    const answers = await askAll(ask, options);
    const report = toBenchReport(alias, options, answers, performance.now() - startedAt);
    return options.json ? toJson(report) : describeBench(report);
  });
}

type Ask = (signal?: AbortSignal) => Promise<Answer>;

/** So many at a time: each asker asks again when it has its answer. The first failure ends all. */
async function askAll(ask: Ask, { requests, concurrency }: BenchOptions): Promise<Answer[]> {
  const answers: Answer[] = [];
  const failing = new AbortController();
  setMaxListeners(0, failing.signal); // more than ten are no leak
  let left = requests;
  const askOn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      answers.push(await ask(failing.signal));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, askOn));
  } finally {
    failing.abort();
  }
  return answers;
}
