import assert from 'node:assert/strict';
import type { z } from 'zod';
import { errorShape } from './openai-shapes.js';

/** The body of a reply that must be a good one. */
export async function readReply<Shape extends z.ZodType>(
  response: Response,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return shape.parse(JSON.parse(text));
}

/** The error of a reply that must have one, with its status. */
export async function readError(response: Response) {
  const { error } = errorShape.parse(await response.json());
  return { status: response.status, ...error };
}
