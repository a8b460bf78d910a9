import type { DiscoverySpec } from '../protocol/remote-spec.js';

/** Whether a remote's model is offered, by its name there. */
export function createNameFilter({
  include,
  exclude,
}: Pick<DiscoverySpec, 'include' | 'exclude'>): (name: string) => boolean {
  const wanted = include.map(toPattern);
  const unwanted = exclude.map(toPattern);
  return (name) =>
    (wanted.length === 0 || wanted.some((pattern) => pattern.test(name))) &&
    !unwanted.some((pattern) => pattern.test(name));
}

/** `*` stands for any text. */
function toPattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
}
