import { type Signal, useSignal } from '@preact/signals';
import { ChatSettingsForm } from './chat-settings-form.js';
import { ask, type ChatSettings, running } from './conversation.js';

interface QuestionFormProps {
  /** Alias of the model to ask; `undefined` if there is none. */
  readonly model: string | undefined;
  readonly settings: Signal<ChatSettings>;
}

/** What to ask next. Enter sends, Shift and Enter begin a new line. */
export function QuestionForm({ model, settings }: QuestionFormProps) {
  const question = useSignal('');
  const isRunning = running.value !== undefined;
  const canSend = model !== undefined && question.value.trim() !== '' && !isRunning;

  function submit(event: Event): void {
    event.preventDefault();
    if (!canSend) return;
    void ask(model, question.value, settings.value);
    question.value = '';
  }

  function sendOnEnter(event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }): void {
    // While an input method composes, Enter ends its word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  }

  return (
    // The server says what is wrong with a setting, also with one that is folded away.
    <form class="question-form" noValidate onSubmit={submit}>
      <ChatSettingsForm settings={settings} />
      <label for="question" class="spoken">
        Message
      </label>
      <textarea
        id="question"
        rows={3}
        placeholder="Message"
        aria-describedby="question-hint"
        value={question.value}
        onInput={({ currentTarget }) => {
          question.value = currentTarget.value;
        }}
        onKeyDown={sendOnEnter}
      />
      <div class="row">
        <span id="question-hint" class="muted hint">
          Enter sends, Shift + Enter is a new line
        </span>
        <button type="button" aria-disabled={!isRunning} onClick={() => running.value?.abort()}>
          Stop
        </button>
        <button type="submit" class="primary" aria-disabled={!canSend}>
          Send
        </button>
      </div>
    </form>
  );
}
