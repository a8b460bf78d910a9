import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { models } from '../gateway/status.js';
import { logFailure, logLines, watchLog } from './log-lines.js';
import { LogList } from './log-list.js';

/** The gateway's log. It is read while the panel is open. */
export function LogPanel() {
  const isOpen = useSignal(false);
  const model = useSignal('');
  useEffect(() => (isOpen.value ? watchLog(model.value) : undefined), [isOpen.value, model.value]);

  return (
    <section aria-labelledby="log-heading" class="log">
      <details
        class="card"
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>
          <h2 id="log-heading">Log</h2>
        </summary>
        <div class="picker">
          <label for="log-model">Lines about</label>
          <select
            id="log-model"
            value={model.value}
            onChange={({ currentTarget }) => {
              model.value = currentTarget.value;
            }}
          >
            <option value="">everything</option>
            {models.value.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </div>
        {logFailure.value && (
          <p class="problem">
            {logFailure.value.message} <code>{logFailure.value.code}</code>
          </p>
        )}
        <LogList lines={logLines.value} />
      </details>
    </section>
  );
}
