import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { apiKey, setApiKey } from '../api/api-key.js';

/** What a header can hold, and what the server takes for a key. */
const SENDABLE = /^[!-~]+$/;

/** Asks for a key when the server wants one. */
export function KeyForm() {
  const input = useRef<HTMLInputElement>(null);
  const problem = useSignal(apiKey.value === '' ? '' : 'The server does not know this key.');
  useEffect(() => input.current?.focus(), []);

  function submit(event: Event): void {
    event.preventDefault();
    const key = input.current?.value.trim() ?? '';
    if (SENDABLE.test(key)) setApiKey(key);
    else problem.value = 'A key is printable ASCII without spaces.';
  }

  return (
    <section class="card key-form" aria-labelledby="key-heading">
      <h2 id="key-heading">This server wants a key</h2>
      <p class="muted">It is kept in this tab only, until you close it.</p>
      <form onSubmit={submit}>
        <label for="key">API key</label>
        <div class="row">
          <input
            id="key"
            ref={input}
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            aria-describedby="key-problem"
          />
          <button type="submit" class="primary">
            Continue
          </button>
        </div>
        <p id="key-problem" class="problem" role="alert">
          {problem}
        </p>
      </form>
    </section>
  );
}
