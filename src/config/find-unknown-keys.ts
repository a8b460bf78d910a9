import type { z } from 'zod';
import { isModelSourceKey } from './model-source-key.js';

/** A key that the schema does not have: its path, and the keys that it could have been. */
export interface UnknownKey {
  readonly path: readonly PropertyKey[];
  readonly known: readonly string[];
}

/**
 * Lists the keys of `value` that `schema` does not know. For schemas that strip such keys (the SDK's), and for
 * those that refuse them but cannot tell what the key could have been. It only reads the schema: nothing is
 * parsed. What does not fit the schema otherwise is left to the parse.
 */
export function findUnknownKeys(schema: z.core.$ZodType, value: unknown): UnknownKey[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return findUnknownKeys(def.innerType, value);
    case 'pipe':
      return findUnknownKeys(def.in, value);
    case 'record':
      return entriesOf(value).flatMap(([key, item]) => under(key, findUnknownKeys(def.valueType, item)));
    case 'array':
      if (!Array.isArray(value)) return [];
      return value.flatMap((item, index) => under(index, findUnknownKeys(def.element, item)));
    case 'union': {
      const option = closestOption(def, value);
      return option === undefined ? [] : findUnknownKeys(option, value);
    }
    case 'object':
      return entriesOf(value).flatMap(([key, item]) => {
        const field = Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
        if (field !== undefined) {
          // A descriptor of the SDK holds more fields than the SDK's own schema of it names.
          return isModelSourceKey(key) ? [] : under(key, findUnknownKeys(field, item));
        }
        return isLoose(def) ? [] : [{ path: [key], known: Object.keys(def.shape) }];
      });
    default:
      return [];
  }
}

/** The object in a union that the value was most likely meant to be; `undefined` if it cannot be any. */
function closestOption(def: z.core.$ZodUnionDef, value: unknown): z.core.$ZodObject | undefined {
  const objects = def.options.filter(isObjectSchema);
  const tag = (def as Partial<z.core.$ZodDiscriminatedUnionDef>).discriminator;
  if (tag !== undefined) {
    const given = Object.fromEntries(entriesOf(value))[tag] as z.core.util.Primitive;
    return objects.find((option) => option._zod.propValues?.[tag]?.has(given));
  }
  const shared = (option: z.core.$ZodObject) =>
    entriesOf(value).filter(([key]) => Object.hasOwn(option._zod.def.shape, key)).length;
  return objects.sort((a, b) => shared(b) - shared(a))[0];
}

function isObjectSchema(schema: z.core.$ZodType): schema is z.core.$ZodObject {
  return schema._zod.def.type === 'object';
}

function isLoose(def: z.core.$ZodObjectDef): boolean {
  return def.catchall !== undefined && def.catchall._zod.def.type !== 'never';
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function under(key: PropertyKey, found: UnknownKey[]): UnknownKey[] {
  return found.map(({ path, known }) => ({ path: [key, ...path], known }));
}
