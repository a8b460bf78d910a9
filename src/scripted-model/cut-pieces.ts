import type { ScriptedReply } from './script.js';

/** One token of a reply: its vocabulary entry, and the bytes that it puts into the reply. */
export interface Piece {
  readonly token: string;
  readonly type: 'text' | 'byte';
  readonly bytes: Uint8Array;
}

/** SentencePiece writes a space as this character; a token that holds it is printed with a space. */
export const SPACE_MARK = '\u2581';

// What a real tokenizer would cut: a word, a number or a run of signs, each with the space before it.
const WORD = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s/gu;

/**
 * Cuts a reply into tokens that no reply has used before, and adds them to `taken`: a token has one successor, so
 * it can stand in one place only, and llama.cpp aborts on a vocabulary with a duplicate.
 *
 * A word that is taken grows by the next ones until it is not; when the text ends first, what is left is spelled
 * in byte tokens.
 */
export function cutPieces(reply: ScriptedReply, taken: Set<string>): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (piece: Piece) => {
    taken.add(piece.token);
    pieces.push(piece);
  };
  const spell = (text: string) => {
    for (const byte of new TextEncoder().encode(text)) add(byteToken(byte, taken));
  };

  // A text token cannot hold the mark itself: it would be printed as a space.
  const spelled = reply.splitUtf8 ? /(\P{ASCII}+)/u : new RegExp(`(${SPACE_MARK}+)`, 'u');
  for (const [index, run] of reply.text.split(spelled).entries()) {
    // `split` with a capturing group alternates: text, separator, text, …
    if (index % 2 === 1) {
      spell(run);
      continue;
    }
    let text = '';
    for (const [word] of run.matchAll(WORD)) {
      text += word;
      const token = text.replaceAll(' ', SPACE_MARK);
      if (taken.has(token)) continue;
      add({ token, type: 'text', bytes: new TextEncoder().encode(text) });
      text = '';
    }
    spell(text);
  }
  return pieces;
}

/**
 * A token that puts one byte into the reply. llama.cpp reads the two hex digits and ignores what follows `<0xNN`,
 * so a number after it makes as many tokens of one byte as a script needs.
 */
function byteToken(byte: number, taken: ReadonlySet<string>): Piece {
  const plain = plainByteToken(byte);
  let token = plain;
  for (let copy = 1; taken.has(token); copy++) token = `${plain}#${copy}`;
  return { token, type: 'byte', bytes: Uint8Array.of(byte) };
}

/** The vocabulary entry that the tokenizer falls back to for a byte that is in no other token. */
export function plainByteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
