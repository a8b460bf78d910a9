import { text as readAll } from 'node:stream/consumers';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { useModel } from '../find-model.js';
import { type ClientCommandOptions, runClient, toJson } from '../run-client.js';
import { watchDownload } from '../watch-download.js';
import { takeAnswer } from './answer.js';
import { writeAnswerPart } from './answer-writer.js';
import { describeAnswer, toAnswerJson } from './describe-answer.js';
import { type Message, streamChat } from './stream-chat.js';
import { talk } from './talk.js';

/** Options of `qvac run`, as commander parses them. */
export interface RunOptions extends ClientCommandOptions {
  readonly system?: string;
  readonly verbose: boolean;
}

/**
 * `qvac run`: an answer of a model, or a conversation with it. Returns the exit code.
 *
 * @param prompt without it, it is what stdin has; if that is a terminal, a conversation begins.
 */
export function run(alias: string, prompt: string | undefined, options: RunOptions): Promise<number> {
  return runClient(async () => {
    const system: Message[] =
      options.system === undefined ? [] : [{ role: 'system', content: options.system }];
    if (prompt === undefined && process.stdin.isTTY && !options.json) {
      await talk(alias, system, options);
      return undefined;
    }
    const content = prompt ?? (process.stdin.isTTY ? '' : await readAll(process.stdin));
    if (content.trim() === '') {
      throw new CommandError('error: nothing to ask. Say it as an argument, or on stdin.', EXIT.usage);
    }
    const question = { model: alias, messages: [...system, { role: 'user', content } as const] };
    const endWatch = watchDownload(alias, options);
    const answer = await useModel(alias, options, () =>
      takeAnswer(streamChat(options, question), (text, type) => {
        endWatch();
        if (!options.json) writeAnswerPart(text, type);
      }),
    ).finally(endWatch);
    if (options.json) return toJson(toAnswerJson(alias, answer));
    process.stdout.write('\n');
    if (options.verbose) process.stderr.write(`${describeAnswer(answer)}\n`);
    return undefined;
  });
}
