import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { models, status } from '../gateway/status.js';
import { type ChatSettings, clear, exchanges } from './conversation.js';
import { ConversationView } from './conversation-view.js';
import { ModelPicker } from './model-picker.js';
import { QuestionForm } from './question-form.js';

/** `any`: only the other server knows what its model is. */
const TALKERS = ['chat', 'any'];

/** Chats with one of the models. */
export function Playground() {
  /** Stays, whatever becomes of the models. */
  const wanted = useSignal<string | undefined>(undefined);
  const settings = useSignal<ChatSettings>({
    systemPrompt: '',
    temperature: undefined,
    maxTokens: undefined,
  });
  const chatModels = models.value.filter(({ category }) => TALKERS.includes(category));
  const chosen =
    chatModels.find(({ id }) => id === wanted.value) ??
    chatModels.find(({ state }) => state === 'ready') ??
    chatModels[0];
  useEffect(() => {
    wanted.value ??= chosen?.id;
  });

  return (
    <section aria-labelledby="playground-heading">
      <h2 id="playground-heading">Playground</h2>
      <div class="card playground">
        <div class="playground-head">
          <ModelPicker
            models={chatModels}
            chosen={chosen}
            onChoose={(alias) => {
              wanted.value = alias;
            }}
          />
          <button type="button" class="quiet" aria-disabled={exchanges.value.length === 0} onClick={clear}>
            Clear
          </button>
        </div>
        {status.value && chatModels.length === 0 ? (
          <p class="empty muted">No chat model is configured.</p>
        ) : (
          <ConversationView />
        )}
        <QuestionForm model={chosen?.id} settings={settings} />
      </div>
    </section>
  );
}
