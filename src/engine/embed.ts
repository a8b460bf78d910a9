import { cancel, embed as sdkEmbed } from '@qvac/sdk';
import type { CallFailure, EmbedEvent } from '../protocol/events.js';
import type { EmbedRequest } from '../protocol/jobs.js';
import { type EmbedBatch, toEmbedBatches } from './embed-batches.js';
import { type EmbedOverflow, toEmbedOverflow } from './embed-overflow.js';
import type { TokenMeter } from './token-meter.js';
import { untilFree } from './until-free.js';

/** A loaded model that embeds. */
export interface EmbedModel {
  readonly modelId: string;
  readonly alias: string;
  /** Belongs to the engine's process, and lives as long. */
  readonly meter: TokenMeter;
}

/** What the engine makes of some texts. */
interface Embedded {
  readonly vectors: readonly (readonly number[])[];
  /** The engine's running count of tokens. */
  readonly tokens: number;
}

/**
 * Embeds texts, batch after batch, and emits the vectors of each in the order of the texts; `end`, `cancelled` or the
 * `error` of a text that is too long comes last. Aborting `signal` frees the engine. One call at a time: a second
 * would be refused by the engine.
 *
 * @throws what the SDK throws otherwise; nothing is emitted after that.
 */
export async function embed(
  model: EmbedModel,
  { texts, isBatch }: EmbedRequest,
  emit: (event: EmbedEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<void> {
  let promptTokens = 0;
  for (const batch of toEmbedBatches(texts)) {
    try {
      const { vectors, tokens } = await embedBatch(model, batch.texts, signal);
      promptTokens += model.meter.count(tokens, batch.texts.length);
      emit(toVectors(vectors));
    } catch (error) {
      model.meter.forget();
      if (signal.aborted) return emit({ type: 'cancelled' });
      const overflow = toEmbedOverflow(error);
      if (!overflow) throw error;
      const index = batch.first + (overflow.index ?? (await findOverflow(model, batch, signal)));
      return emit(tooLong(overflow, isBatch ? `input[${index}]` : 'input', model.alias));
    }
  }
  emit({ type: 'end', promptTokens });
}

/** Runs one batch, after setting a meter right that an earlier call has put out. */
async function embedBatch(
  { modelId, meter }: EmbedModel,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Embedded> {
  if (!meter.isKnown) {
    const { tokens } = await run(modelId, texts.slice(0, 1), signal);
    meter.reset(tokens);
  }
  const embedded = await run(modelId, texts, signal);
  if (embedded.vectors.length !== texts.length) {
    throw new Error(`it made ${embedded.vectors.length} vectors of ${texts.length} texts`);
  }
  return embedded;
}

function run(modelId: string, texts: readonly string[], signal: AbortSignal): Promise<Embedded> {
  return untilFree(() => runOnce(modelId, texts, signal));
}

async function runOnce(modelId: string, texts: readonly string[], signal: AbortSignal): Promise<Embedded> {
  signal.throwIfAborted();
  const running = sdkEmbed({ modelId, text: [...texts] });
  let cancelling: Promise<unknown> | undefined;
  const stop = (): void => {
    cancelling = cancel({ requestId: running.requestId }).catch(() => {}); // a dead engine needs no cancel
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { embedding, stats } = await running;
    return { vectors: embedding, tokens: stats?.totalTokens ?? 0 };
  } finally {
    signal.removeEventListener('abort', stop);
    await cancelling;
  }
}

/** The engine does not say which text exceeds its batch size: the longest that does so alone. */
async function findOverflow(
  { modelId }: EmbedModel,
  { texts }: EmbedBatch,
  signal: AbortSignal,
): Promise<number> {
  const longestFirst = [...texts.entries()].sort(([, a], [, b]) => b.length - a.length);
  for (const [index, text] of longestFirst) {
    try {
      await run(modelId, [text], signal);
    } catch {
      return index;
    }
  }
  return 0;
}

function toVectors(vectors: readonly (readonly number[])[]): EmbedEvent {
  const size = vectors[0]?.length ?? 0;
  const values = new Float32Array(size * vectors.length);
  for (const [index, vector] of vectors.entries()) values.set(vector, index * size);
  return { type: 'vectors', size, values };
}

function tooLong({ tokens, limit, limitedBy }: EmbedOverflow, param: string, alias: string): CallFailure {
  const advice =
    limitedBy === 'context'
      ? `the context of model '${alias}' holds ${limit}. Shorten it.`
      : `model '${alias}' takes ${limit} at once. Shorten it or raise batchSize in the model's config.`;
  return {
    type: 'error',
    error: { code: 'context_length_exceeded', message: `'${param}' has ${tokens} tokens; ${advice}`, param },
  };
}
