import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCl100k, isCl100kId } from '../../../../src/http/openai/cl100k.js';

test('ids become the text that they stand for, also where a character is cut across tokens', async () => {
  const cases: [ids: number[], text: string][] = [
    [[9906, 11, 1917, 0], 'Hello, world!'],
    [[9468, 19044], '🙂'],
    [[9080, 22656, 45918, 252], '日本語'],
    [[3305], '\ufeff'],
    [[9906, 100257], 'Hello<|endoftext|>'],
  ];
  for (const [ids, text] of cases) assert.equal(await decodeCl100k(ids), text);
});

test('the table has every id that is let in', async () => {
  const none: number[] = [];
  for (let id = 0; id <= 100_276; id += 1) {
    if (isCl100kId(id) && (await decodeCl100k([id])) === '') none.push(id);
  }
  assert.deepEqual(none, []);
});

test('other numbers are no ids', () => {
  for (const id of [-1, 0.5, 100_256, 100_261, 100_277, 2 ** 31, Number.NaN])
    assert.equal(isCl100kId(id), false, `${id}`);
});
