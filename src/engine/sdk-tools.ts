import type { Tool } from '@qvac/sdk';
import type { JsonSchema, ToolDefinition } from '../protocol/jobs.js';

type Property = Tool['parameters']['properties'][string];

const TYPES: readonly Property['type'][] = ['string', 'number', 'integer', 'boolean', 'object', 'array'];

/**
 * A function definition as the SDK takes it. Its schema knows a type, a description and an enum per argument and refuses
 * the rest, so what an argument's schema says beyond that goes into the description, for the model to read.
 */
export function toSdkTool({ name, description, parameters }: ToolDefinition): Tool {
  const { properties = {}, required } = parameters as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return {
    type: 'function',
    name,
    description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(properties).map(([argument, schema]) => [argument, toProperty(schema)]),
      ),
      ...(Array.isArray(required) && { required }),
    },
  };
}

function toProperty(schema: JsonSchema): Property {
  const { type, description, enum: values, ...rest } = schema;
  const known = TYPES.find((name) => name === type || (Array.isArray(type) && type.includes(name)));
  const hint = Object.keys(rest).length > 0 || !known ? `JSON schema: ${JSON.stringify(schema)}` : '';
  const text = [description, hint].filter(Boolean).join(' ');
  return {
    type: known ?? 'string',
    ...(text && { description: text }),
    ...(Array.isArray(values) && { enum: values.filter(isEnumValue) }),
  };
}

function isEnumValue(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
