import { useLayoutEffect, useRef } from 'preact/hooks';

/** How near to the end a reader must be, in pixels, to be taken along with it. */
const NEAR = 60;

/**
 * Keeps the end of an element in view while more comes, unless the reader has scrolled away from it.
 *
 * @param content changes when something was added.
 * @param part changes when what is added is to be seen in any case.
 * @returns the element's ref.
 */
export function useScrolledAlong<Kind extends HTMLElement>(content: string, part: unknown) {
  const element = useRef<Kind>(null);
  const before = useRef({ part, height: 0 });

  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const unseen = before.current.height - current.scrollTop - current.clientHeight;
    if (unseen < NEAR || before.current.part !== part) current.scrollTop = current.scrollHeight;
    before.current = { part, height: current.scrollHeight };
  }, [content, part]);

  return element;
}
