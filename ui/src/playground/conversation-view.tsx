import { useLayoutEffect, useRef } from 'preact/hooks';
import { exchanges } from './conversation.js';
import { ExchangeView } from './exchange-view.js';

/** How near to its end a reader must be, in pixels, to be taken along with it. */
const NEAR = 60;

/** All that was said, scrolled along while the reader is at its end. */
export function ConversationView() {
  const list = useRef<HTMLOListElement>(null);
  const last = exchanges.value.at(-1);
  const length = (last?.reply.value.length ?? 0) + (last?.thinking.value.length ?? 0);
  const state = `${last?.id} ${length} ${last?.outcome.value.type}`;
  const before = useRef({ id: last?.id, height: 0 });

  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when something was said
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return;
    const unseen = before.current.height - current.scrollTop - current.clientHeight;
    if (unseen < NEAR || before.current.id !== last?.id) current.scrollTop = current.scrollHeight;
    before.current = { id: last?.id, height: current.scrollHeight };
  }, [state]);

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
