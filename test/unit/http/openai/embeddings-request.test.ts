import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddingsRequestSchema, isBatch, toTexts } from '../../../../src/http/openai/embeddings-request.js';
import { parseBody } from '../../../../src/http/parse-body.js';
import { ApiError } from '../../../../src/protocol/errors.js';

const parse = (body: unknown) => parseBody(embeddingsRequestSchema, body, { input: 'missing_input' });

test('every kind of input becomes texts', async () => {
  const cases: [input: unknown, texts: string[], batch: boolean][] = [
    ['Hello', ['Hello'], false],
    [['Hello', ' '], ['Hello', ' '], true],
    [[9906, 11, 1917, 0], ['Hello, world!'], false],
    [[[9906], [9906, 11, 1917, 0]], ['Hello', 'Hello, world!'], true],
    [Array.from({ length: 2048 }, () => 'x'), Array.from({ length: 2048 }, () => 'x'), true],
  ];
  for (const [input, texts, batch] of cases) {
    const body = parse({ input });
    assert.deepEqual(await toTexts(body.input), texts);
    assert.equal(isBatch(body.input), batch);
  }
});

test('what is wrong is named with its place', () => {
  const cases: [body: object, code: string, param: string][] = [
    [{}, 'missing_input', 'input'],
    [{ input: null }, 'missing_input', 'input'],
    [{ input: '' }, 'missing_input', 'input'],
    [{ input: [] }, 'missing_input', 'input'],
    [{ input: 5 }, 'invalid_type', 'input'],
    [{ input: { text: 'x' } }, 'invalid_type', 'input'],
    [{ input: ['a', 'b', 'c', ''] }, 'invalid_value', 'input[3]'],
    [{ input: ['a', 5] }, 'invalid_type', 'input[1]'],
    [{ input: ['a', null] }, 'invalid_type', 'input[1]'],
    [{ input: ['a', [1]] }, 'invalid_type', 'input[1]'],
    [{ input: [null] }, 'invalid_type', 'input[0]'],
    [{ input: [1, 'a'] }, 'invalid_type', 'input[1]'],
    [{ input: [1, -1] }, 'invalid_value', 'input[1]'],
    [{ input: [1, 2, 100_256] }, 'invalid_value', 'input[2]'],
    [{ input: [[1], []] }, 'invalid_value', 'input[1]'],
    [{ input: [[1], [1, 0.5]] }, 'invalid_value', 'input[1][1]'],
    [{ input: [[1], 'a'] }, 'invalid_type', 'input[1]'],
    [{ input: Array.from({ length: 2049 }, () => 'x') }, 'invalid_value', 'input'],
    [{ input: 'x', encoding_format: 'int8' }, 'invalid_value', 'encoding_format'],
    [{ input: 'x', dimensions: 0 }, 'invalid_value', 'dimensions'],
    [{ input: 'x', dimensions: 1.5 }, 'invalid_type', 'dimensions'],
    [{ input: 'x', dimensions: '8' }, 'invalid_type', 'dimensions'],
    [{ input: 'x', model: 5 }, 'invalid_type', 'model'],
  ];
  for (const [body, code, param] of cases) {
    assert.throws(
      () => parse(body),
      (error) => {
        assert.ok(error instanceof ApiError);
        assert.deepEqual([error.code, error.param], [code, param], JSON.stringify(body).slice(0, 80));
        assert.ok(error.message.includes(param), error.message);
        return true;
      },
    );
  }
});

test('null means absent, and other fields are let through', () => {
  const body = parse({ input: 'x', model: null, encoding_format: null, dimensions: null, user: 'someone' });
  assert.equal(body.input, 'x');
});
