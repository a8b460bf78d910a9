import { formatMemory, formatRate } from '../format.js';
import { models, status, type WatchedModel } from '../gateway/status.js';

/** All models together. */
export function Totals() {
  const all = models.value;
  const sum = (of: (model: WatchedModel) => number) => all.reduce((total, model) => total + of(model), 0);
  const budget = status.value?.memory_budget_bytes ?? null;
  const loaded = all.filter(({ loaded_at }) => loaded_at !== null).length;
  return (
    <section aria-label="All models">
      <dl class="totals">
        <Total name="Models loaded" value={`${loaded} / ${all.length}`} />
        <Total
          name="Memory of models"
          value={`${formatMemory(sum(({ memory_bytes }) => memory_bytes ?? 0))} / ${formatMemory(budget)}`}
        />
        <Total name="Calls running" value={String(sum(({ calls }) => calls.length))} />
        <Total name="Calls waiting" value={String(sum(({ queue }) => queue.length))} />
        <Total name="Tokens / s" value={formatRate(sum(({ rates }) => rates.at(-1)?.perSecond ?? 0))} />
      </dl>
    </section>
  );
}

function Total({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
