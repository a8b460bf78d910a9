import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { openEvents } from '../support/event-reader.js';
import { type FaultGateway, refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { freePort } from '../support/free-port.js';
import { addRemotes } from '../support/remote-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

/** A server that others wrote, in a process of its own. */
export interface ForeignProgram {
  /** The address of its API. */
  readonly url: string;
  /** Resolves when it has noticed that the client of a request left in the middle of the answer. */
  untilLeft(requestId: string): Promise<void>;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

/** A way to start such a server. */
export interface Foreign {
  /** @param model the file of a scripted model, {@link ALPHA}, which it serves as `alpha`. */
  start(model: string, port: number): Promise<ForeignProgram>;
  /** How we pass on what it says of a model that it does not have. */
  readonly unknownModel: { readonly status: number; readonly code: string; readonly message: RegExp };
}

/** The gateway before it. */
export interface ForeignSuite {
  readonly near: FaultGateway;
  /** That of the server, as errors have it. */
  readonly remote: string;
}

const PARTS_BEFORE_LEAVING = 20;

/** The server may be silent for so long within an answer. */
export const IDLE_TIMEOUT_MS = 1_000;

/**
 * Tests of a real gateway before a server of others: what every such server must be good for. Call it at the top level of a
 * test file; the last test leaves the server running.
 *
 * @param more further tests of the one server, which come before it is killed.
 */
export async function testForeign(
  { start, unknownModel }: Foreign,
  more: (suite: ForeignSuite) => void = () => {},
): Promise<void> {
  const folder = tempFolder();
  const file = join(folder, 'alpha.gguf');
  writeFileSync(file, createScriptedModel(ALPHA));
  const port = await freePort();
  const foreign = await start(file, port);
  const { url } = foreign;
  const times = { probeIntervalMs: 200, idleTimeoutMs: IDLE_TIMEOUT_MS };
  const config = addRemotes(
    join(folder, 'qvac.config.json'),
    { mine: { url, model: 'alpha', ...times }, nobody: { url, model: 'nobody', ...times } },
    { remotes: [{ url, prefix: 'far/', ...times }] },
  );
  const near = await startFaultGateway(config, folder);
  const openai = new OpenAI({ baseURL: `${near.url}/v1`, apiKey: 'unused', maxRetries: 0 });
  const remote = new URL(url).host;
  const say = (content: string) => [{ role: 'user' as const, content }];

  test('its models are found, beside those that the config names', async () => {
    assert.deepEqual((await near.listed()).sort(), ['far/alpha', 'mine', 'nobody']);
  });

  for (const model of ['mine', 'far/alpha']) {
    test(`a chat is answered, whole and in parts, as ${model}`, async () => {
      const whole = await openai.chat.completions.create({ model, messages: say('Hello!') });
      assert.equal(whole.choices[0]?.message.content, fallbackOf(ALPHA));
      assert.equal(whole.choices[0]?.finish_reason, 'stop');
      assert.equal(whole.model, model);
      assert.ok((whole.usage?.completion_tokens ?? 0) > 5);

      const stream = await openai.chat.completions.create({
        model,
        messages: say('Hello!'),
        stream: true,
        stream_options: { include_usage: true },
      });
      const parts: string[] = [];
      let usage: OpenAI.CompletionUsage | null | undefined;
      for await (const chunk of stream) {
        assert.equal(chunk.model, model);
        parts.push(chunk.choices[0]?.delta.content ?? '');
        usage = chunk.usage ?? usage;
      }
      assert.equal(parts.join(''), fallbackOf(ALPHA));
      assert.ok(parts.length > 5, 'it came in parts');
      assert.ok((usage?.completion_tokens ?? 0) > 5);
      const line = await near.logged(
        (one) => one.msg === 'request completed' && one.model === model && Number(one.completionTokens) > 5,
      );
      assert.equal(line.status, 200);
    });
  }

  test('what it refuses is refused in our envelope, with its name', async () => {
    const refusal = await refusalOf(
      openai.chat.completions.create({ model: 'nobody', messages: say('Hello!') }),
    );
    assert.equal(refusal.status, unknownModel.status);
    assert.equal(refusal.code, unknownModel.code);
    assert.equal((refusal.error as { remote: string }).remote, remote);
    assert.match(refusal.message, unknownModel.message);
  });

  more({ near, remote });

  test('a client that hangs up ends the request there', async () => {
    const stream = await openai.chat.completions.create(
      { model: 'mine', messages: say('for ever'), stream: true },
      { headers: { 'x-request-id': 'leaving' } },
    );
    let parts = 0;
    // Not at once: the official server at times misses a client that leaves with the first part, also without a gateway.
    for await (const _ of stream) if (++parts === PARTS_BEFORE_LEAVING) break; // which aborts it
    await foreign.untilLeft('leaving');
  });

  test('its models leave the list when it is killed, and are back when it is', async () => {
    const events = await openEvents(`${near.url}/qvac/v1/events`);
    const changed = (to: string) => (event: { type: string; model: string; state: string }) =>
      event.type === 'change' && event.model === 'far/alpha' && event.state === to;
    await foreign.kill();
    await events.until(changed('backoff'));
    assert.deepEqual(await near.listed(), []);
    const refusal = await refusalOf(
      openai.chat.completions.create({ model: 'mine', messages: say('Hello!') }),
    );
    assert.equal(refusal.status, 503);
    assert.equal(refusal.code, 'remote_unavailable');
    assert.equal((refusal.error as { remote: string }).remote, remote);

    await start(file, port);
    await events.until(changed('ready'));
    const reply = await openai.chat.completions.create({ model: 'far/alpha', messages: say('Hello!') });
    assert.equal(reply.choices[0]?.message.content, fallbackOf(ALPHA));
    events.close();
  });
}
