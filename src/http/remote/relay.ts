import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { ModelHost } from '../../models/model-host.js';
import { ApiError } from '../../protocol/errors.js';
import type { CallKind } from '../../protocol/jobs.js';
import type { Hops } from '../../remote/hops.js';
import type { RoutedModel } from '../../remote/routed-model.js';
import type { LocalTarget } from '../../remote/target.js';
import { type AnswerStream, SENT, withAnswerStream } from '../answer-stream.js';
import { type RelayedBody, relayToRemote } from './relay-to-remote.js';

/** A try to answer by a model of this gateway. */
export interface LocalAttempt {
  readonly caller: Caller;
  /** Ends this try only, after which another target may follow. */
  readonly abort: AbortController;
  readonly stream: AnswerStream;
}

/** What a route knows of a request that goes elsewhere. */
export interface RelayedRequest<Local> {
  readonly kind: CallKind;
  /** Of the API, without `/v1`. */
  readonly path: string;
  /** Whether it asks for a stream. */
  readonly isStream: boolean;
  /** For a target's name of the model. */
  readonly body: (model: string) => RelayedBody;
  /** Answers by a model of this gateway. */
  readonly local: (host: ModelHost, attempt: LocalAttempt) => Promise<Local>;
}

/** Who asked, and where the answer goes. */
export interface RelayedExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly hops: Hops;
}

/**
 * Answers a request by one of the targets of its model, by the next one as long as nothing of an answer has come.
 *
 * @returns what `local` returned, or {@link SENT}.
 * @throws as `RoutedModel.run`, while nothing has been sent.
 */
export function relay<Local>(
  model: RoutedModel,
  asked: RelayedRequest<Local>,
  exchange: RelayedExchange,
): Promise<Local | typeof SENT> {
  const askedAt = performance.now();
  return withAnswerStream(exchange.reply, asked.isStream, (stream) =>
    model.run<Local | typeof SENT>(asked.kind, exchange.caller, async (target, caller) => {
      try {
        if (target.kind === 'local') return await answerHere(target, asked, caller, stream);
        return await relayToRemote(target, model, asked, { ...exchange, caller, stream, askedAt });
      } catch (error) {
        if (!stream.hasAnswer) throw error;
        stream.fail(error);
        return SENT;
      }
    }),
  );
}

async function answerHere<Local>(
  { alias, find }: LocalTarget,
  { local }: RelayedRequest<Local>,
  caller: Caller,
  stream: AnswerStream,
): Promise<Local> {
  const host = find();
  if (!host) throw new ApiError('model_not_found', `Model '${alias}' is not in the config any more.`);
  const abort = new AbortController();
  const signal = AbortSignal.any([caller.signal, abort.signal]);
  return local(host, { caller: { ...caller, signal }, abort, stream });
}
