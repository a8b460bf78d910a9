/** Something that is done once per picture of the screen, however often it is asked for. */
interface OncePerFrame {
  soon(): void;
  /** Does it at once. */
  now(): void;
}

/** For what comes faster than a screen can show it, as the tokens of a fast model. */
export function oncePerFrame(run: () => void): OncePerFrame {
  let frame: number | undefined;

  function now(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    run();
  }

  return {
    now,
    soon() {
      frame ??= requestAnimationFrame(now);
    },
  };
}
