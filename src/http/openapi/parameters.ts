import { z } from 'zod';

/** Headers by which a client names its call and says how long it waits. */
export const callHeaders = z.object({
  'x-request-id': z
    .string()
    .regex(/^[\w.:-]{1,128}$/)
    .optional()
    .describe('The answer and the log have it. Default: a new one.'),
  'x-request-timeout-ms': z
    .int()
    .min(1)
    .optional()
    .describe('How long the client waits for its whole answer, in milliseconds.'),
});

export const modelId = z.object({
  id: z.string().min(1).describe('Alias of a configured model. It may have slashes, which need no escape.'),
});
