import { formatDelay, formatRate } from '../format.js';
import type { Exchange, Outcome } from './conversation.js';

/** A question, its reply, and how that went. All of it is shown as text, whatever it looks like. */
export function ExchangeView({
  exchange: { model, question, reply, thinking, outcome },
}: {
  readonly exchange: Exchange;
}) {
  return (
    <li class="exchange">
      <h3 class="spoken">You</h3>
      <p class="question">{question}</p>
      <h3 class="speaker">{model}</h3>
      {thinking.value !== '' && (
        <details class="thinking">
          <summary>Thinking</summary>
          <p>{thinking}</p>
        </details>
      )}
      <p class={`reply ${outcome.value.type === 'running' ? 'is-running' : ''}`} data-testid="reply">
        {reply}
      </p>
      <OutcomeView outcome={outcome.value} />
    </li>
  );
}

function OutcomeView({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome.type) {
    case 'running':
      return null;
    case 'stopped':
      return <p class="figures">stopped</p>;
    case 'failed':
      return (
        <p class="problem">
          {outcome.message} <code>{outcome.code}</code>
        </p>
      );
    case 'done': {
      const { firstTokenMs, tokensPerSecond, tokens, finishReason } = outcome;
      const figures = [
        firstTokenMs !== undefined && `first token ${formatDelay(firstTokenMs)}`,
        tokensPerSecond !== undefined && `${formatRate(tokensPerSecond)} tokens/s`,
        tokens !== undefined && `${tokens} tokens`,
        finishReason !== 'stop' && finishReason,
      ];
      return (
        <p class="figures" data-testid="figures">
          {figures.filter(Boolean).join(' · ')}
        </p>
      );
    }
  }
}
