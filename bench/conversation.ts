import type { Message, TimedReply } from './support/chat-client.js';
import { startGateway } from './support/gateway-side.js';
import { interleave } from './support/interleave.js';
import { figure, markdownTable, withSpread } from './support/markdown-table.js';
import type { Question } from './support/question.js';
import { COMPARED_THREADS, firstTextMs } from './support/side.js';
import { median, ratios } from './support/statistics.js';
import { withStarted } from './support/with-started.js';

/** About as many tokens as the history has: these models have one for each letter of a prompt. */
const HISTORY_LETTERS = 2_000;
const ROUNDS = 3;

interface Turns {
  readonly first: TimedReply;
  readonly second: TimedReply;
}

/** What does a conversation's second turn save where the first is kept, and what does the first one pay? */
export const conversation: Question = async ({ folder, models, progress }) => {
  progress('loading the model with and without `kvCache`');
  const start = (entry: Record<string, unknown>) => () =>
    startGateway(folder, [models.heavy], { entry, config: { ctx_size: 4_096 }, threads: [COMPARED_THREADS] });
  return withStarted({ kept: start({ kvCache: '1GB' }), computed: start({}) }, async (gateways) => {
    progress(`${ROUNDS} conversations each`);
    let count = 0;
    const talk =
      ({ clients: [client] }: (typeof gateways)['kept']) =>
      async (): Promise<Turns> => {
        if (!client) throw new Error('the gateway has no model');
        count += 1;
        const asked = history(count);
        const first = await client.say(asked);
        const more = [...asked, { role: 'assistant', content: first.text } as const, user('And then?')];
        return { first, second: await client.say(more) };
      };
    const turns = await interleave(
      { kept: talk(gateways.kept), computed: talk(gateways.computed) },
      ROUNDS,
      1,
    );
    if (turns.kept.some(({ second }) => second.cachedTokens === 0)) {
      throw new Error('a conversation was not kept');
    }
    const row = (name: string, of: (turns: Turns) => number): string[] => {
      const [kept, computed] = [turns.kept.map(of), turns.computed.map(of)];
      return [name, withSpread(ratios(kept, computed)), withSpread(kept), withSpread(computed)];
    };
    const counts = (of: (reply: TimedReply) => number): string =>
      figure(median(turns.kept.map(({ second }) => of(second))));
    const table = markdownTable(
      ['', 'with / without `kvCache`, median (quartiles)', 'with', 'without'],
      [
        row('second turn, first token, ms', ({ second }) => firstTextMs(second)),
        row('second turn, end, ms', ({ second }) => second.endMs),
        row('first turn, first token, ms', ({ first }) => firstTextMs(first)),
        row('first turn, end, ms', ({ first }) => first.endMs),
      ],
    );
    return `${table}\n\nThe second turn's prompt has ${counts((reply) => reply.promptTokens)} tokens, ${counts((reply) => reply.cachedTokens)} of them kept.`;
  });
};

/** No two are alike: each is new to the engine. */
function history(number: number): Message[] {
  const text = `Conversation ${number}. ${'Tell me more about it. '.repeat(HISTORY_LETTERS)}`;
  return [{ role: 'system', content: 'You are brief.' }, user(text.slice(0, HISTORY_LETTERS))];
}

function user(content: string): Message {
  return { role: 'user', content };
}
