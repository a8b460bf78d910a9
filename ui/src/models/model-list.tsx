import { models, status } from '../gateway/status.js';
import { ModelCard } from './model-card.js';

/** All configured models, in the order of the config. */
export function ModelList() {
  return (
    <section aria-labelledby="models-heading">
      <h2 id="models-heading">Models</h2>
      {status.value === undefined && <p class="muted">Asking the gateway…</p>}
      <ul class="models">
        {models.value.map((model) => (
          <li key={model.id}>
            <ModelCard model={model} />
          </li>
        ))}
      </ul>
    </section>
  );
}
