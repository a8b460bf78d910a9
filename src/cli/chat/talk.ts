import { createInterface } from 'node:readline/promises';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { findModel } from '../find-model.js';
import type { ClientOptions } from '../gateway-client.js';
import { toHarmless } from '../to-harmless.js';
import { watchDownload } from '../watch-download.js';
import { writeAnswerPart } from './answer-writer.js';
import { Conversation } from './conversation.js';
import { describeAnswer } from './describe-answer.js';
import type { Message } from './stream-chat.js';

const HELP = '/clear forgets the conversation, /bye or Ctrl+D ends it, Ctrl+C stops an answer.\n';

/** What only its server knows may chat. */
const TALKERS = ['chat', 'any'];

/**
 * Talks with a model at a terminal, until the person has said all.
 *
 * @throws {CommandError} if the gateway has no such model to talk with. What fails later is told, and the conversation goes on.
 */
export async function talk(
  alias: string,
  system: readonly Message[],
  options: ClientOptions & { readonly verbose: boolean },
): Promise<void> {
  const { stdin: input, stdout: output, stderr } = process;
  const { category } = await findModel(alias, options);
  if (!TALKERS.includes(category)) {
    throw new CommandError(`error: '${alias}' can't chat: it is for ${category}.`, EXIT.failure);
  }
  const conversation = new Conversation(options, alias, system);
  const terminal = createInterface({ input, output, prompt: `${alias}> ` });
  let answering: AbortController | undefined;
  terminal.on('SIGINT', () => {
    if (answering) return answering.abort();
    output.write(`\n${HELP}`);
    terminal.prompt();
  });

  async function answer(question: string): Promise<void> {
    answering = new AbortController();
    const endWatch = watchDownload(alias, options);
    const onText: typeof writeAnswerPart = (text, type) => {
      endWatch();
      writeAnswerPart(text, type);
    };
    try {
      const answer = await conversation.ask(question, onText, answering.signal).finally(endWatch);
      output.write('\n');
      if (answer && options.verbose) stderr.write(`${describeAnswer(answer)}\n`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      stderr.write(`${toHarmless(error.message)}\n`); // the next question may fare better
    } finally {
      answering = undefined;
    }
  }

  output.write(HELP);
  terminal.prompt();
  for await (const line of terminal) {
    const text = line.trim();
    if (text === '/bye') return terminal.close();
    if (text === '/clear') conversation.clear();
    else if (text.startsWith('/')) output.write(HELP);
    else if (text !== '') await answer(text);
    terminal.prompt();
  }
  output.write('\n'); // Ctrl+D leaves the cursor behind the prompt
}
