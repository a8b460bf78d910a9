import { z } from 'zod';
import { DURATION_FORM, parseDuration } from '../protocol/duration.js';

const ADVICE = `expected ${DURATION_FORM}`;

/** `keep_alive` of a request, as Ollama's clients send it: how long the model is to stay loaded, in milliseconds. */
export const keepAliveSchema = z
  .union([z.string(), z.number()], { error: ADVICE })
  .transform((written, context): number => {
    const keepAliveMs = parseDuration(written);
    if (keepAliveMs !== undefined) return keepAliveMs;
    context.issues.push({ code: 'custom', message: ADVICE, input: written });
    return z.NEVER;
  });
