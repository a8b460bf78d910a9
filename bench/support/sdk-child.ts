/**
 * The other side of every comparison: one Node process that uses `@qvac/sdk` as its README shows it. It measures by its
 * own clock and reports after the call, so that the way to the bench costs nothing.
 */
import { type CompletionStats, close, completion, loadModel } from '@qvac/sdk';
import type { SdkCommand, SdkReply } from './sdk-protocol.js';
import { MODEL_CONFIG, PROMPT, type TimedCall, type Timing } from './side.js';

let modelId = '';

async function load(modelSrc: string): Promise<void> {
  modelId = await loadModel({ modelSrc, modelType: 'llamacpp-completion', modelConfig: MODEL_CONFIG });
}

async function ask({ tokens, stream }: TimedCall): Promise<Timing> {
  const textMs: number[] = [];
  const startedAt = performance.now();
  const run = completion({
    modelId,
    history: [{ role: 'user', content: PROMPT }],
    stream,
    generationParams: { predict: tokens, temp: 0 },
  });
  if (stream) {
    for await (const event of run.events) {
      if (event.type === 'contentDelta') textMs.push(performance.now() - startedAt);
    }
  }
  const { stats } = await run.final;
  const endMs = performance.now() - startedAt;
  if (!stream) textMs.push(endMs);
  return { tokens, textMs, endMs, ...engineTiming(stats, tokens) };
}

function engineTiming(stats: CompletionStats = {}, tokens: number): Pick<Timing, 'engineFirstTokenMs'> {
  if (stats.generatedTokens !== tokens) {
    throw new Error(`${tokens} tokens were asked for, ${stats.generatedTokens} came`);
  }
  return stats.timeToFirstToken === undefined ? {} : { engineFirstTokenMs: stats.timeToFirstToken };
}

async function handle(command: SdkCommand): Promise<SdkReply> {
  try {
    switch (command.kind) {
      case 'load':
        await load(command.modelPath);
        return { ok: true };
      case 'ask':
        return { ok: true, timing: await ask(command) };
      case 'stop':
        await close();
        return { ok: true };
    }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', async (command: SdkCommand) => {
  const reply = await handle(command);
  process.send?.(reply);
});
// The bench has ended, or it has had the answer to `stop`.
process.on('disconnect', () => process.exit());
