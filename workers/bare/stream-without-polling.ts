/**
 * `QvacResponse.iterate()` of @qvac/infer-base 0.4 sleeps 100 ms between looks at its output, so that the first
 * token of a fast model comes 100 ms late and the others in bursts. This one wakes on the response's own events.
 */

import { ENGINE_NOTICE } from '../../src/protocol/engine-notice.js';

/** The part of infer-base's `QvacResponse` that we build on. All of it is documented API. */
interface EngineResponse {
  readonly output: unknown[];
  on(event: 'output', listener: () => void): unknown;
  off(event: 'output', listener: () => void): unknown;
  await(): Promise<unknown>;
  iterate(): AsyncIterable<unknown>;
}

/** An engine's model as the SDK's plugins make it. The SDK types only its `load`. */
interface EngineModel {
  run(...args: unknown[]): Promise<unknown>;
}

function isEngineModel(value: object): value is EngineModel {
  return typeof (value as Partial<EngineModel>).run === 'function';
}

function isEngineResponse(value: unknown): value is EngineResponse {
  const response = value as Partial<EngineResponse> | null;
  return (
    Array.isArray(response?.output) &&
    typeof response.on === 'function' &&
    typeof response.off === 'function' &&
    typeof response.await === 'function' &&
    typeof response.iterate === 'function'
  );
}

async function* iterate(response: EngineResponse): AsyncGenerator<unknown> {
  let wake = (): void => {};
  let settled = false;
  const onOutput = (): void => wake();
  const finished = response.await().finally(() => {
    settled = true;
    wake();
  });
  finished.catch(() => {}); // thrown below, once all output is out
  response.on('output', onOutput);
  try {
    for (let next = 0; ; ) {
      while (next < response.output.length) yield response.output[next++];
      if (settled) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    response.off('output', onOutput);
  }
  await finished;
}

function toStderr(text: string): void {
  // biome-ignore lint/suspicious/noConsole: Bare has no other stderr
  console.error(text);
}

/** Whether something that is not as expected polls, for all we know. What cannot be iterated does not stream at all. */
function mayPoll(value: unknown): boolean {
  return typeof (value as Partial<EngineResponse> | null | undefined)?.iterate === 'function';
}

/**
 * Makes the responses of `model.run()` stream without polling. A model or a response that does not look as expected
 * keeps its own `iterate`: slower, never wrong.
 *
 * @param notify told once if a response keeps it.
 */
export function streamWithoutPolling(model: object, notify = toStderr): void {
  if (!isEngineModel(model)) return;
  const run = model.run;
  let hasNotified = false;
  model.run = async (...args) => {
    const response = await run.apply(model, args);
    if (isEngineResponse(response)) {
      response.iterate = () => iterate(response);
    } else if (mayPoll(response) && !hasNotified) {
      hasNotified = true;
      notify(
        `${ENGINE_NOTICE}the engine's responses are not as @qvac/infer-base 0.4 has them; its tokens come late and in bursts`,
      );
    }
    return response;
  };
}
