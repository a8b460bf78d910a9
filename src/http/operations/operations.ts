import type { LoadGate } from '../../models/load-gate.js';
import type { StateFeed } from '../../models/state-feed.js';
import type { ReloadReport } from '../../protocol/reload.js';
import type { LogBuffer } from '../../telemetry/log-buffer.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { ClientKey } from '../keys/client-key.js';
import type { RequestRecord } from '../request-record.js';

/** What whoever runs the gateway can see of it, beside its models. */
export interface Operations {
  readonly metrics: Metrics;
  readonly feed: StateFeed;
  readonly gate: LoadGate;
  readonly logs: LogBuffer;
  /** Aliases of the models that should be loaded and are not. */
  readonly missing: () => readonly string[];
  /** Reads the config again. Throws `invalid_config`. */
  readonly reload: () => Promise<ReloadReport>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It is answered while models that are to be preloaded are not loaded yet. */
    isOperation?: boolean;
    /** It is answered without a key, also if the server has keys. */
    needsNoKey?: boolean;
    /** It tells and does nothing beyond the models of the request's key, so a key for some models will do. */
    isPerModel?: boolean;
    /** It asks a model for an answer: the limits of keys count it. */
    isCall?: boolean;
  }
  interface FastifyRequest {
    /** Whose key came with it, if the server has keys. */
    clientKey?: ClientKey;
    record?: RequestRecord;
    /** Alias of the model that the request is for, once that is known. */
    servedBy?: string;
  }
}

/** Of routes about operations. */
export const OPERATION = { config: { isOperation: true } };

/** Of those that keep to the models that a key is for. */
export const MODEL_OPERATION = { config: { isOperation: true, isPerModel: true } };

/** Of routes that ask a model for an answer. */
export const CALL = { config: { isCall: true } };

/** Of routes for probes, which have no key. They must not tell what a stranger should not know. */
export const PROBE = { config: { isOperation: true, needsNoKey: true } };
