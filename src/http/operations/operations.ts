import type { LoadGate } from '../../models/load-gate.js';
import type { StateFeed } from '../../models/state-feed.js';
import type { Metrics } from '../../telemetry/metrics.js';

/** What whoever runs the gateway can see of it, beside its models. */
export interface Operations {
  readonly metrics: Metrics;
  readonly feed: StateFeed;
  readonly gate: LoadGate;
  /** Aliases of the models that should be loaded and are not. */
  readonly missing: () => readonly string[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It is answered while models that are to be preloaded are not loaded yet. */
    isOperation?: boolean;
    /** It is answered without a key, also if the server has keys. */
    needsNoKey?: boolean;
  }
  interface FastifyRequest {
    /** Alias of the model that the request is for, once that is known. */
    servedBy?: string;
  }
}

/** Of routes about operations. */
export const OPERATION = { config: { isOperation: true } };

/** Of routes for probes, which have no key. They must not tell what a stranger should not know. */
export const PROBE = { config: { isOperation: true, needsNoKey: true } };
