import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../protocol/errors.js';

/** The body of every error, and the last frame of a stream that broke off. */
export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      message: z.string().describe('What is wrong, and what to do.'),
      type: z.enum([...new Set(Object.values(ERRORS).map(({ type }) => type))]),
      code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).describe('Stable.'),
      param: z.string().min(1).nullable().describe("Path of the request's field at fault."),
      remote: z
        .string()
        .min(1)
        .optional()
        .describe('Host and port of the other server that it is about, if it is not about this one.'),
    }),
  })
  .meta({ id: 'Error' });
