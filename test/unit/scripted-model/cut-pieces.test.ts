import assert from 'node:assert/strict';
import test from 'node:test';
import { cutPieces } from '../../../src/scripted-model/cut-pieces.js';

const tokens = (text: string, options = {}, taken = new Set<string>()) =>
  cutPieces({ text, ...options }, taken).map(({ token }) => token);

test('a piece is a word, a number or a run of signs with the space before it', () => {
  assert.deepEqual(tokens('It costs 15 euros, they say.\n\nOh'), [
    'It',
    '▁costs',
    '▁15',
    '▁euros',
    ',',
    '▁they',
    '▁say',
    '.',
    '\n',
    '\nOh',
  ]);
});

test('a word that is taken grows by the next ones', () => {
  assert.deepEqual(tokens('the cat, the dog, the end'), [
    'the',
    '▁cat',
    ',',
    '▁the',
    '▁dog',
    ',▁the',
    '▁end',
  ]);
});

test('what is left at the end is spelled in byte tokens when its text is taken', () => {
  assert.deepEqual(tokens('no no', {}, new Set(['▁no'])), ['no', '<0x20>', '<0x6E>', '<0x6F>']);
});

test('a byte token that is taken gets a number', () => {
  assert.deepEqual(tokens('aa', {}, new Set(['aa', '<0x61>'])), ['<0x61>#1', '<0x61>#2']);
});

test('the pieces of several replies are unique together', () => {
  const taken = new Set<string>();
  const all = [1, 2, 3].flatMap(() => tokens('one two, one two €', { splitUtf8: true }, taken));
  assert.equal(new Set(all).size, all.length);
  assert.equal(taken.size, all.length);
});

test('a non-ASCII character is part of its word, or split into bytes when asked', () => {
  assert.deepEqual(tokens('Grüße 🙂'), ['Grüße', '▁🙂']);
  assert.deepEqual(tokens('5 €', { splitUtf8: true }), ['5', '▁', '<0xE2>', '<0x82>', '<0xAC>']);
});

test('the space mark of the tokenizer is spelled in bytes: as text it would be printed as a space', () => {
  const pieces = cutPieces({ text: 'a▁b' }, new Set());
  assert.deepEqual(
    pieces.map(({ token }) => token),
    ['a', '<0xE2>', '<0x96>', '<0x81>', 'b'],
  );
  assert.equal(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString(), 'a▁b');
});
