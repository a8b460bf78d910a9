const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** What is wrong with a text that {@link parseByteSize} does not take. */
export const BYTE_SIZE_ADVICE = 'must be a size with its unit, as 2GB or 512MiB';

/** Bytes of a size as people write it, `2GB` or `1.5 GiB`; `undefined` if it is none. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?i?B)$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? NaN);
  return Number.isFinite(bytes) ? Math.round(bytes) : undefined;
}
