import type { FleetModel } from '../models/fleet.js';
import { ModelHost } from '../models/model-host.js';

/** How a model stands when the gateway has started. */
export interface StartedModel {
  readonly alias: string;
  readonly category: string;
  readonly isLoaded: boolean;
  /** Why it was to be preloaded and could not be, or can't be asked. */
  readonly failure?: string;
  /** Time that the preload took. */
  readonly loadMs?: number;
}

/** How a model stands that was not to be loaded. */
export function toStartedModel({ host, category }: FleetModel): StartedModel {
  const isLoaded = host.loadedAt !== undefined;
  const model = { alias: host.alias, category, isLoaded };
  if (isLoaded || host instanceof ModelHost) return model;
  const exit = host.snapshot().replicas.find(({ lastExit }) => lastExit !== undefined)?.lastExit;
  return { ...model, failure: `its remote ${exit?.reason ?? 'has not answered yet'}` };
}
