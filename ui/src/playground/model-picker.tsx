import { useRef } from 'preact/hooks';
import { loadModel } from '../gateway/model-actions.js';
import type { WatchedModel } from '../gateway/status.js';

const LOADABLE = ['idle', 'failed'];

interface ModelPickerProps {
  readonly models: readonly WatchedModel[];
  readonly chosen: WatchedModel | undefined;
  readonly onChoose: (alias: string) => void;
}

/** The model to talk to, and a way to load it. */
export function ModelPicker({ models, chosen, onChoose }: ModelPickerProps) {
  const select = useRef<HTMLSelectElement>(null);

  function load(alias: string): void {
    select.current?.focus(); // the button goes, and would take the focus along
    void loadModel(alias);
  }

  return (
    <div class="picker">
      <label for="chat-model">Model</label>
      <select
        id="chat-model"
        ref={select}
        value={chosen?.id}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {models.map(({ id, state }) => (
          <option key={id} value={id}>
            {state === 'ready' ? id : `${id} (${state})`}
          </option>
        ))}
      </select>
      {chosen && LOADABLE.includes(chosen.state) && (
        <button type="button" onClick={() => load(chosen.id)}>
          Load it now
        </button>
      )}
    </div>
  );
}
