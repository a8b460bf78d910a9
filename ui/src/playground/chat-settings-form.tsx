import type { Signal } from '@preact/signals';
import type { ChatSettings } from './conversation.js';

/** What goes with every question. What is empty is left to the model. */
export function ChatSettingsForm({ settings }: { readonly settings: Signal<ChatSettings> }) {
  const change = (changed: Partial<ChatSettings>): void => {
    settings.value = { ...settings.value, ...changed };
  };
  return (
    <details class="settings">
      <summary>Settings</summary>
      <div class="settings-fields">
        <div class="wide">
          <label for="system-prompt">System prompt</label>
          <textarea
            id="system-prompt"
            rows={2}
            value={settings.value.systemPrompt}
            onInput={({ currentTarget }) => change({ systemPrompt: currentTarget.value })}
          />
        </div>
        <div>
          <label for="temperature">Temperature</label>
          <input
            id="temperature"
            type="number"
            min="0"
            max="2"
            step="any"
            placeholder="the model's"
            onInput={({ currentTarget }) => change({ temperature: numberIn(currentTarget) })}
          />
        </div>
        <div>
          <label for="max-tokens">Most tokens</label>
          <input
            id="max-tokens"
            type="number"
            min="1"
            step="1"
            placeholder="no limit"
            onInput={({ currentTarget }) => change({ maxTokens: numberIn(currentTarget) })}
          />
        </div>
      </div>
    </details>
  );
}

function numberIn({ valueAsNumber }: HTMLInputElement): number | undefined {
  return Number.isNaN(valueAsNumber) ? undefined : valueAsNumber;
}
