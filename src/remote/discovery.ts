import type { DiscoverySpec } from '../protocol/remote-spec.js';
import { createNameFilter } from './name-filter.js';
import type { RemoteServer } from './remote-server.js';
import type { RoutedModel, RoutedModelOptions } from './routed-model.js';

/** A server of which all models are offered. */
export interface DiscoveredServer {
  readonly spec: DiscoverySpec;
  readonly server: RemoteServer;
}

/**
 * The models of other servers, by the names that they have here. A model that has gone from its server's list goes from
 * here too; one of a server that is down stays, so that it can be told why it is not served.
 */
export class Discovery {
  readonly #create: (options: Pick<RoutedModelOptions, 'spec' | 'targets'>) => RoutedModel;
  readonly #servers: readonly (DiscoveredServer & { readonly isOffered: (name: string) => boolean })[];
  readonly #isTaken: (alias: string) => boolean;
  #models: ReadonlyMap<string, RoutedModel> = new Map();

  /**
   * @param servers the first that has a name is asked for it.
   * @param isTaken whether the config gives a name to a model of its own.
   * @param create makes a model.
   */
  constructor(
    servers: readonly DiscoveredServer[],
    isTaken: (alias: string) => boolean,
    create: (options: Pick<RoutedModelOptions, 'spec' | 'targets'>) => RoutedModel,
  ) {
    this.#create = create;
    this.#isTaken = isTaken;
    this.#servers = servers.map((one) => ({ ...one, isOffered: createNameFilter(one.spec) }));
    for (const { server } of servers) server.onChange(() => this.#update());
  }

  /** In the order of the config, and of each server's list. */
  models(): RoutedModel[] {
    return [...this.#models.values()];
  }

  get(alias: string): RoutedModel | undefined {
    return this.#models.get(alias);
  }

  #update(): void {
    const models = new Map<string, RoutedModel>();
    for (const { spec, server, isOffered } of this.#servers) {
      const { prefix, queue, slots } = spec;
      for (const name of server.models) {
        const alias = prefix + name;
        if (!isOffered(name) || models.has(alias) || this.#isTaken(alias)) continue;
        const known = this.#models.get(alias);
        models.set(
          alias,
          known?.isAt(server)
            ? known
            : this.#create({
                spec: { alias, order: 'priority', queue },
                targets: [{ kind: 'remote', server, model: name, slots }],
              }),
        );
      }
    }
    for (const [alias, model] of this.#models) if (models.get(alias) !== model) model.forget();
    this.#models = models;
  }
}
