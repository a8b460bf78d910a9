import type { RegistryModel } from '../protocol/model-spec.js';
import { type ModelType, toModelType } from '../protocol/model-types.js';
import { nearestNames } from './nearest-names.js';

/** A model constant of the SDK, or why there is none by that name. */
export type ConstantLookup = { readonly model: RegistryModel } | { readonly problem: string };

/** How the SDK writes its constants; a file or a URL never looks like that. */
export function looksLikeConstant(text: string): boolean {
  return /^[A-Z][A-Z0-9_]+$/.test(text);
}

/**
 * Looks up a model constant (`QWEN3_600M_INST_Q4`) in the SDK's list. The list is a megabyte of plain data, about
 * 25 ms to import, so only a config that names a constant pays for it; the SDK itself is not loaded.
 */
export async function findConstant(name: string): Promise<ConstantLookup> {
  const exported: Record<string, unknown> = await import('@qvac/sdk/models');
  // The list also exports `models` and functions.
  const model = exported[name];
  if (isRegistryModel(model)) return { model };
  const names = Object.keys(exported).filter((key) => isRegistryModel(exported[key]));
  return {
    problem: `@qvac/sdk has no model constant "${name}"; nearest: ${nearestNames(name, names, 3).join(', ')}`,
  };
}

/** All model constants of the SDK. */
export async function listConstants(): Promise<RegistryModel[]> {
  const exported: Record<string, unknown> = await import('@qvac/sdk/models');
  return Object.values(exported).filter(isRegistryModel);
}

/** The model type that serves a constant, or `undefined` if none does (a bare voice activity detector, say). */
export function modelTypeOf(model: RegistryModel): ModelType | undefined {
  return [model.engine, model.addon]
    .filter((name) => typeof name === 'string')
    .map(toModelType)
    .find((type) => type !== undefined);
}

function isRegistryModel(value: unknown): value is RegistryModel {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'src' in value &&
    typeof value.src === 'string'
  );
}
