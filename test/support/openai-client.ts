import OpenAI from 'openai';
import { checkedFetch } from './checked-fetch.js';

/** The openai client of a gateway, that never retries and whose replies are held against their shapes. */
export function createOpenAI(url: string, apiKey = 'unused'): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0, fetch: checkedFetch });
}
