import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Holds a request against the limits of the key that came with it, if it came with one. What counts is a request for
 * an answer of a model, from its head to the end of its answer, however that comes.
 *
 * @throws {ApiError} `rate_limit_exceeded` or `operation_not_allowed`.
 */
export async function enforceKey(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { clientKey: key, routeOptions } = request;
  if (!key) return;
  const { isCall, isOperation, needsNoKey, isPerModel } = routeOptions.config;
  if (key.isLimitedToModels && isOperation && !needsNoKey && !isPerModel) {
    throw key.refusal(
      'operation_not_allowed',
      'Your API key is for some models only, and this is about all of the server.',
    );
  }
  if (!isCall) return;
  const leave = key.enter();
  const finish = (): void => {
    leave();
    key.usage.promptTokens += request.record?.promptTokens ?? 0;
    key.usage.completionTokens += request.record?.completionTokens ?? 0;
  };
  if (reply.raw.destroyed) finish();
  else reply.raw.once('close', finish);

  const rate = await key.spend();
  if (!rate) return;
  const resetSeconds = Math.max(1, Math.ceil(rate.resetMs / 1000));
  reply.headers({
    'x-ratelimit-limit-requests': rate.limit,
    'x-ratelimit-remaining-requests': rate.remaining,
    'x-ratelimit-reset-requests': `${resetSeconds}s`,
  });
  if (!rate.isSpent) return;
  throw key.refusal(
    'rate_limit_exceeded',
    `Your API key may send ${rate.limit} requests per minute. Try again in ${resetSeconds} s.`,
    { retryAfterSeconds: resetSeconds },
  );
}
