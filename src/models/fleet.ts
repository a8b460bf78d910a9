import { ApiError } from '../protocol/errors.js';
import type { Category } from '../protocol/model-types.js';
import type { ModelHost } from './model-host.js';

/** A configured model and its life. */
export interface FleetModel {
  readonly host: ModelHost;
  readonly category: Category;
  /** Serves requests of its category that name no model. */
  readonly default: boolean;
  /** CPU threads of each of its workers. */
  readonly threads: number;
}

/** All models of the gateway, by alias. */
export class Fleet {
  #models: ReadonlyMap<string, FleetModel> = new Map();
  #isStopping = false;

  constructor(models: readonly FleetModel[]) {
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

  /** All configured models with what they are for, in the order of the config. */
  models(): FleetModel[] {
    return [...this.#models.values()];
  }

  /** All configured models, in the order of the config. */
  hosts(): ModelHost[] {
    return this.models().map(({ host }) => host);
  }

  /** The models that are loaded, in the order of the config. */
  loaded(): ModelHost[] {
    return this.hosts().filter(({ loadedAt }) => loadedAt !== undefined);
  }

  /** @throws {ApiError} `model_not_found`. */
  get(alias: string): ModelHost {
    return this.#find(alias).host;
  }

  /**
   * The model that serves a request.
   *
   * @param alias what the request says in `model`; `undefined` means the default of the category.
   * @throws {ApiError} `model_not_found`, `missing_model` if there is no default, or `invalid_model_type`.
   */
  resolve(alias: string | undefined, category: Category): ModelHost {
    if (alias === undefined) return this.#defaultOf(category);
    const model = this.#find(alias);
    if (model.category !== category) {
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

  /** Unloads all models at once and for good, cancelling the calls that still run and refusing those that wait. */
  async stop(): Promise<void> {
    await Promise.all(this.hosts().map((host) => host.stop()));
  }

  #find(alias: string): FleetModel {
    const model = this.#models.get(alias);
    if (model) return model;
    const known = [...this.#models.keys()].map((name) => `'${name}'`).join(', ');
    throw new ApiError('model_not_found', `No model '${alias}' is configured. Configured are: ${known}.`, {
      param: 'model',
    });
  }

  #defaultOf(category: Category): ModelHost {
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
