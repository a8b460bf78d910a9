import { formatMemory, formatSpan } from '../format.js';
import { refusals } from '../gateway/model-actions.js';
import { gatewayNowMs, statusFailure, type WatchedModel } from '../gateway/status.js';
import { LastExit } from './last-exit.js';
import { ModelButtons } from './model-buttons.js';
import { Sparkline } from './sparkline.js';
import { toneOf } from './state-tone.js';

/** One model: its state, its numbers, what went wrong with it, and what can be done. */
export function ModelCard({ model }: { readonly model: WatchedModel }) {
  const { id, state, last_exit: lastExit } = model;
  const isKnown = statusFailure.value === undefined;
  const refusal = refusals.value[id]?.failure;
  const inState = formatSpan(gatewayNowMs.value - Date.parse(model.state_since));
  const goesIn = model.expires_at && formatSpan(Date.parse(model.expires_at) - gatewayNowMs.value);
  return (
    <article class="card model" aria-label={id} data-model={id}>
      <div class="model-head">
        <h3>{id}</h3>
        <span class={`badge ${isKnown ? toneOf(state) : 'still'}`} data-testid="state">
          {state}
        </span>
        <span class="muted model-kind">
          {model.category}, {state} for {inState}
          {goesIn && `, unloaded in ${goesIn}`}
          {!isKnown && ' when last heard of'}
        </span>
        <ModelButtons model={model} />
      </div>
      <div class="model-body">
        <dl class="numbers">
          <Measure name="Memory" value={formatMemory(model.memory_bytes)} />
          <Measure name="Running" value={`${model.calls.length} / ${model.slots}`} />
          <Measure name="Waiting" value={`${model.queue.length} / ${model.queue_limit}`} />
          <Measure name="Restarts" value={String(model.restarts)} />
        </dl>
        <Sparkline label={`${id}: tokens per second`} points={model.rates} />
      </div>
      {refusal && (
        <p class="problem">
          {refusal.message} <code>{refusal.code}</code>
        </p>
      )}
      {lastExit && <LastExit exit={lastExit} isOver={state === 'ready'} />}
    </article>
  );
}

function Measure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
