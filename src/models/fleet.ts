import { ApiError } from '../protocol/errors.js';
import type { Category } from '../protocol/model-types.js';
import { ModelHost } from './model-host.js';
import type { ServedModel } from './served-model.js';

/** A model and its life. */
export interface FleetModel {
  readonly host: ServedModel;
  /** `any`: only whoever serves it knows. */
  readonly category: Category | 'any';
  /** Serves requests of its category that name no model. */
  readonly default: boolean;
  /** CPU threads of each of its workers; 0 if they are not here. */
  readonly threads: number;
}

/** All models of the gateway, by alias. */
export class Fleet {
  #models: ReadonlyMap<string, FleetModel> = new Map();
  readonly #discovered: () => readonly FleetModel[];
  #isStopping = false;

  /** @param discovered further models, which come and go by themselves. Their names are none of the others'. */
  constructor(models: readonly FleetModel[], discovered: () => readonly FleetModel[] = () => []) {
    this.#discovered = discovered;
    this.replace(models);
  }

  /** Serves these from now on. What becomes of others is up to whoever knows them. */
  replace(models: readonly FleetModel[]): void {
    this.#models = new Map(models.map((model) => [model.host.alias, model]));
  }

  /** It takes no further call. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** All models with what they are for, in the order of the config. */
  models(): FleetModel[] {
    return [...this.#models.values(), ...this.#discovered()];
  }

  /** All models, in the order of the config. */
  hosts(): ServedModel[] {
    return this.models().map(({ host }) => host);
  }

  /** The models that are loaded, in the order of the config. */
  loaded(): ServedModel[] {
    return this.hosts().filter(({ loadedAt }) => loadedAt !== undefined);
  }

  /** Whether it is served, here or elsewhere. */
  has(alias: string): boolean {
    return this.hosts().some((host) => host.alias === alias);
  }

  /** Whether the config names it. */
  isConfigured(alias: string): boolean {
    return this.#models.has(alias);
  }

  /** @throws {ApiError} `model_not_found`. */
  get(alias: string): ServedModel {
    return this.#find(alias).host;
  }

  /** As {@link find}, for a request that is answered here: a bug if the model's calls go elsewhere. */
  resolve(alias: string | undefined, category: Category): ModelHost {
    const host = this.find(alias, category);
    if (host instanceof ModelHost) return host;
    throw new Error(`model '${host.alias}' is not served here`);
  }

  /**
   * The model that serves a request.
   *
   * @param alias what the request says in `model`; `undefined` means the default of the category.
   * @throws {ApiError} `model_not_found`, `missing_model` if there is no default, or `invalid_model_type`.
   */
  find(alias: string | undefined, category: Category): ServedModel {
    if (alias === undefined) return this.#defaultOf(category);
    const model = this.#find(alias);
    if (model.category !== category && model.category !== 'any') {
      throw new ApiError(
        'invalid_model_type',
        `Model '${alias}' is a ${model.category} model; this endpoint needs a ${category} model.`,
        { param: 'model' },
      );
    }
    return model.host;
  }

  /** Takes no further call for any model; running ones go on. */
  refuse(): void {
    this.#isStopping = true;
    for (const host of this.hosts()) host.refuse();
  }

  #find(alias: string): FleetModel {
    const model = this.#models.get(alias) ?? this.#discovered().find(({ host }) => host.alias === alias);
    if (model) return model;
    const known = this.hosts()
      .map((host) => `'${host.alias}'`)
      .join(', ');
    const advice = known ? `Configured are: ${known}.` : 'There is none.';
    throw new ApiError('model_not_found', `No model '${alias}' is configured. ${advice}`, { param: 'model' });
  }

  #defaultOf(category: Category): ServedModel {
    for (const model of this.#models.values()) {
      if (model.default && model.category === category) return model.host;
    }
    throw new ApiError(
      'missing_model',
      `The request names no model and no ${category} model is the default. Send 'model', or set "default": true in the config.`,
      { param: 'model' },
    );
  }
}
