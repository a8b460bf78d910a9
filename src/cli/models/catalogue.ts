import { listConstants, modelTypeOf } from '../../config/constants.js';
import type { RegistryModel } from '../../protocol/model-spec.js';
import { type Category, categoryOf, SERVED_CATEGORIES } from '../../protocol/model-types.js';

/** A model constant of the SDK, as a person chooses it. */
export interface CatalogueModel {
  /** What a config names. */
  readonly constant: string;
  readonly kind: Category;
  /** Of its download. */
  readonly bytes: number | null;
  /** As `4B`. */
  readonly params: string | null;
  readonly quantization: string | null;
  /** Where it comes from. */
  readonly source: string;
}

/** What a person looks for. */
export interface CatalogueFilter {
  /** Words that its name or its source must have. */
  readonly search?: string | undefined;
  readonly kind?: Category | undefined;
  readonly maxBytes?: number | undefined;
  /** Also those that nothing is served of: of other kinds, and parts of others. */
  readonly all: boolean;
}

/** Projectors, voice detectors, speaker detectors and tensor lists: of use to another model only. */
const PART = /^(?:MMPROJ|VAD|BCI)_|_TENSORS$|_SORTFORMER_/;

/** The SDK's models, smallest first. */
export async function readCatalogue(filter: CatalogueFilter): Promise<CatalogueModel[]> {
  return (await listConstants())
    .flatMap((model) => toCatalogueModel(model) ?? [])
    .filter((model) => matches(model, filter))
    .sort((a, b) => a.kind.localeCompare(b.kind) || (a.bytes ?? 0) - (b.bytes ?? 0));
}

function toCatalogueModel(model: RegistryModel): CatalogueModel | undefined {
  const type = modelTypeOf(model);
  if (!type) return undefined;
  return {
    constant: model.name,
    kind: categoryOf(type),
    bytes: typeof model.expectedSize === 'number' ? model.expectedSize : null,
    params: textOf(model.params),
    quantization: textOf(model.quantization)?.toUpperCase() ?? null,
    source: textOf(model.registryPath) ?? model.src,
  };
}

/** What the SDK does not know is an empty text there. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A filter by kind is for that kind, whether it is served or not. */
export function matches(
  model: CatalogueModel,
  { search = '', kind, maxBytes, all }: CatalogueFilter,
): boolean {
  const isWanted = kind === undefined ? all || SERVED_CATEGORIES.includes(model.kind) : model.kind === kind;
  const isWhole = all || !PART.test(model.constant);
  const isSmall = maxBytes === undefined || (model.bytes !== null && model.bytes <= maxBytes);
  return isWanted && isWhole && isSmall && matchesSearch(model, search);
}

/** Case and separators are not what people remember of a name. */
function matchesSearch({ constant, source }: CatalogueModel, search: string): boolean {
  const names = [constant, source].map(squash);
  const words = search.split(/\s+/).map(squash);
  return words.every((word) => names.some((name) => name.includes(word)));
}

function squash(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
