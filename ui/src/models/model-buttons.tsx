import type { ModelStatus } from '../../../src/protocol/status.js';
import { loadModel, unloadModel } from '../gateway/model-actions.js';

const LOADABLE = ['idle', 'backoff', 'failed'];
const UNLOADABLE = ['loading', 'ready', 'draining', 'backoff', 'failed'];

/**
 * Both are always there, so that nothing moves and a second click does not do the opposite. What can't be done now keeps
 * the focus.
 */
export function ModelButtons({ model: { id, state, replicas } }: { readonly model: ModelStatus }) {
  const isElsewhere = replicas.every(({ target }) => target !== undefined);
  const isDraining = state === 'draining';
  const canLoad = LOADABLE.includes(state);
  const canUnload = !isElsewhere && UNLOADABLE.includes(state);
  return (
    <div class="buttons">
      <button type="button" aria-disabled={!canLoad} onClick={() => canLoad && void loadModel(id)}>
        Load<span class="spoken"> {id}</span>
      </button>
      <button
        type="button"
        aria-disabled={!canUnload}
        onClick={() => canUnload && void unloadModel(id, isDraining)}
      >
        Unload<span class="spoken"> {id}</span>
        {isDraining && ' now'}
      </button>
    </div>
  );
}
