import { useScrolledAlong } from '../page/scrolled-along.js';
import { exchanges } from './conversation.js';
import { ExchangeView } from './exchange-view.js';

/** All that was said. */
export function ConversationView() {
  const last = exchanges.value.at(-1);
  const length = (last?.reply.value.length ?? 0) + (last?.thinking.value.length ?? 0);
  const list = useScrolledAlong<HTMLOListElement>(`${length} ${last?.outcome.value.type}`, last?.id);

  if (!last)
    return <p class="empty muted">What you say here goes to the model as any client's request does.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard can't scroll it
    <ol class="conversation" ref={list} aria-label="Conversation" tabIndex={0}>
      {exchanges.value.map((exchange) => (
        <ExchangeView key={exchange.id} exchange={exchange} />
      ))}
    </ol>
  );
}
