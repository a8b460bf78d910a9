import { z } from 'zod';

/** A name for a model, as clients may say it. */
export const modelAlias = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\s)\P{Cc}*(?<!\s)$/u, 'an alias cannot begin or end with a space, nor hold a control character')
  .describe(
    'Name that HTTP clients use in the `model` field. 1 to 128 characters; slashes and colons are fine.',
  );
