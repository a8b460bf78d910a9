import type { Delegate } from '../protocol/model-spec.js';
import type { ModelType } from '../protocol/model-types.js';
import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';
import type { ModelEntry } from './schema.js';

/** What a model's `delegate` says; `undefined` if it runs here. */
interface DelegateCheck {
  readonly delegate?: Delegate;
  readonly problems: readonly ConfigProblem[];
}

/** Checks that another peer can run a model: the SDK 0.16 passes on single chats of text, and nothing else. */
export function checkDelegate(
  { delegate, kvCache, replicas, config }: Exclude<ModelEntry, string>,
  type: ModelType,
  path: readonly PropertyKey[],
): DelegateCheck {
  if (delegate === undefined) return { problems: [] };
  const refused = [
    type !== 'llamacpp-completion' && `only chat models can run on another peer, and ${type} is none`,
    kvCache !== undefined && 'does not go with "kvCache": the peer keeps no conversations',
    replicas > 1 && 'does not go with "replicas": the peer has the model once',
    config.parallel !== undefined &&
      config.parallel !== 1 &&
      'does not go with "parallel" in "config": a peer answers one call of a model at a time',
    config.projectionModelSrc !== undefined &&
      'does not go with "projectionModelSrc" in "config": images cannot be sent to a peer',
  ].filter((message) => message !== false);
  const at = toFieldPath([...path, 'delegate']);
  return {
    problems: refused.map((message) => ({ path: at, message })),
    delegate: { ...delegate, providerPublicKey: delegate.providerPublicKey.toLowerCase() },
  };
}
