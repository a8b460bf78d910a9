/**
 * OpenAI's vocabulary of its embedding models. Clients that count tokens send their ids for text (LangChain Python does
 * by default); a local model has another vocabulary, so they must become text again.
 *
 * Only the table of js-tiktoken is used: its `Tiktoken` takes 355 ms and 84 MB to be made, for the way from text to ids.
 */

/** One more than the highest id of a piece of text. */
const TEXT_IDS = 100_256;
/** Ids that stand for no text but have a name. */
const SPECIAL: ReadonlyMap<number, string> = new Map([
  [100_257, '<|endoftext|>'],
  [100_258, '<|fim_prefix|>'],
  [100_259, '<|fim_middle|>'],
  [100_260, '<|fim_suffix|>'],
  [100_276, '<|endofprompt|>'],
]);

/** Whether the vocabulary has this id. It needs no table. */
export function isCl100kId(id: number): boolean {
  return (Number.isInteger(id) && id >= 0 && id < TEXT_IDS) || SPECIAL.has(id);
}

let table: Promise<readonly string[]> | undefined;

/** The text of ids that {@link isCl100kId} knows. The first use reads the table, 2 MB. */
export async function decodeCl100k(ids: readonly number[]): Promise<string> {
  table ??= readTable();
  const pieces = await table;
  // Joined as bytes: a character may be cut across tokens.
  const bytes = ids.map((id) => {
    const piece = pieces[id];
    return piece === undefined ? Buffer.from(SPECIAL.get(id) ?? '') : Buffer.from(piece, 'base64');
  });
  return Buffer.concat(bytes as readonly Uint8Array[]).toString();
}

/** Each id's bytes in base64. A line of the table is `! firstId piece piece …`. */
async function readTable(): Promise<readonly string[]> {
  const { default: cl100k } = await import('js-tiktoken/ranks/cl100k_base');
  const pieces: string[] = [];
  for (const line of cl100k.bpe_ranks.split('\n')) {
    const [, first, ...rest] = line.split(' ');
    for (const [index, piece] of rest.entries()) pieces[Number(first) + index] = piece;
  }
  return pieces;
}
