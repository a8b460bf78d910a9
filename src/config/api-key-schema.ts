import { z } from 'zod';
import { API_KEY_ADVICE, API_KEY_FORM } from './api-key-form.js';
import { modelAlias } from './model-alias-schema.js';

const keyText = z.string().regex(API_KEY_FORM, API_KEY_ADVICE);

/** A key that clients may send: by itself, or with a name and limits. */
export const apiKey = z.union([
  keyText,
  z.strictObject({
    name: z.string().min(1).describe('Whose key it is. Logs, metrics and status tell it.'),
    key: keyText.describe('The key.'),
    models: z
      .array(modelAlias)
      .min(1, 'must name at least one model; without it the key is for all')
      .optional()
      .describe(
        'Aliases of the models that it may use, see, load and unload. Others are answered with 403 model_not_allowed. Default: all.',
      ),
    maxConcurrent: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Requests for answers of models that may be open at once with this key, waiting ones included, count. One more is answered with 429 rate_limit_exceeded. Default: any number.',
      ),
    requestsPerMinute: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Requests for answers of models in a minute that begins with the first, count. One more is answered with 429 rate_limit_exceeded. Default: any number.',
      ),
  }),
]);
