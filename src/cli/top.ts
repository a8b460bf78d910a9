import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';
import type { ClientOptions } from './gateway-client.js';
import { runClient } from './run-client.js';
import { sampleStatus } from './sample-status.js';
import { openScreen } from './screen.js';
import type { Sample } from './token-rate.js';
import { toTopPage } from './top-page.js';

const REFRESH_MS = 1_000;

/** An answer takes milliseconds. */
const PATIENCE_MS = 5_000;

/** `qvac top`: what all models of a running gateway do, until somebody has seen enough. Returns the exit code. */
export function top(options: ClientOptions): Promise<number> {
  return runClient(async () => {
    if (!process.stdout.isTTY) {
      throw new CommandError(
        "error: top needs a terminal. Without one, use 'qvac ps' or 'qvac ps --json'.",
        EXIT.usage,
      );
    }
    let now = await sampleStatus(options); // a gateway that is not there is said so on the usual screen
    let before: Sample | undefined;
    let problem: string | undefined;
    const screen = openScreen();
    const { closing } = screen;
    try {
      while (!closing.aborted) {
        screen.draw(toTopPage(options.url, { now, before, problem }, Date.now()));
        await delay(REFRESH_MS, undefined, { signal: closing }).catch(() => {});
        if (closing.aborted) break;
        const patience = AbortSignal.timeout(PATIENCE_MS);
        try {
          const next = await sampleStatus(options, AbortSignal.any([closing, patience]));
          [before, now, problem] = [now, next, undefined];
        } catch (error) {
          if (closing.aborted) break;
          // It may come back.
          if (error instanceof CommandError) problem = error.message;
          else if (patience.aborted) problem = `The gateway has not answered for ${PATIENCE_MS / 1000} s.`;
          else throw error;
        }
      }
    } finally {
      screen.close();
    }
    return undefined;
  });
}
