import { z } from 'zod';
import { configSchema } from './schema.js';

/** The JSON schema (draft-07, as editors want it) of what a user writes into `qvac.config.json`. */
export function createJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { target: 'draft-07', io: 'input' });
}
