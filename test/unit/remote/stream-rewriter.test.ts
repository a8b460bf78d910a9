import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamRewriter } from '../../../src/remote/stream-rewriter.js';

const there = { name: 'there:1', hide: (text: string) => text.replaceAll('the-secret', '***') };

function rewrite(text: string, size = Number.POSITIVE_INFINITY) {
  const rewriter = new StreamRewriter('mine', there);
  const bytes = Buffer.from(text);
  let out = '';
  const step = Math.min(size, bytes.length);
  for (let at = 0; at < bytes.length; at += step)
    out += rewriter.push(bytes.subarray(at, at + step)).toString('latin1');
  return { text: Buffer.from(out, 'latin1').toString(), isDone: rewriter.isDone };
}

test('events are the same however their bytes are cut, and have our name for the model', () => {
  const text =
    'data: {"choices":[{"delta":{"content":"€🙂 \\n\\n"}}],"model":"a"}\n\nevent: x\nid: 7\ndata:{"model":"b"}\n\ndata: [DONE]\n\n';
  for (const size of [1, 2, 5, 13, 1_000]) {
    const rewritten = rewrite(text, size);
    assert.equal(rewritten.text, text.replace('"a"', '"mine"').replace('"b"', '"mine"'));
    assert.equal(rewritten.isDone, true);
  }
});

test('only whole events are given out', () => {
  assert.deepEqual(rewrite('data: {"model":"a"}\n\ndata: {"model":"b"}\n'), {
    text: 'data: {"model":"mine"}\n\n',
    isDone: false,
  });
});

test('lines may end as on Windows, and empty ones are no events', () => {
  assert.equal(rewrite('\r\n\n\ndata: {"model":"a"}\r\n\r\n').text, 'data: {"model":"mine"}\n\n');
});

test('comments are left out: whether anything of an answer has come shows in what is given out', () => {
  assert.equal(rewrite(': ping - 2026\n\n:\n\n').text, '');
  assert.equal(rewrite(': ping\ndata: {"model":"a"}\n\n').text, 'data: {"model":"mine"}\n\n');
});

test('an error is the end, and told in our words', () => {
  const rewriter = new StreamRewriter('mine', there);
  const out = rewriter.push(
    Buffer.from(
      'data: {"n":1}\n\nevent: error\ndata: {"error": {"message":"out of tensors, the-secret","code":1}}\n\n',
    ),
  );
  assert.equal(out.toString(), 'data: {"n":1}\n\n');
  assert.equal(rewriter.isDone, true);
  assert.equal(rewriter.error?.code, 'remote_error');
  assert.equal(rewriter.error?.message, "Remote 'there:1': out of tensors, ***");
});

test('an error that is none is not the end', () => {
  const text = 'data: {"error":null,"choices":[]}\n\n';
  assert.deepEqual(rewrite(text), { text, isDone: false });
});

test('what comes behind the end is not passed on', () => {
  assert.equal(rewrite('data: [DONE]\n\ndata: {"model":"a"}\n\n').text, 'data: [DONE]\n\n');
  assert.equal(rewrite('data: [DONE]\n\ndata: {"model":"a"}\n\n', 1).text, 'data: [DONE]\n\n');
});

test('a stream that ends without its last empty line is done with one', () => {
  const rewriter = new StreamRewriter('mine', there);
  rewriter.push(Buffer.from('data: [DONE]'));
  assert.equal(rewriter.isDone, false);
  assert.equal(rewriter.push(Buffer.from('\n\n')).toString(), 'data: [DONE]\n\n');
  assert.equal(rewriter.isDone, true);
});

test('a text about errors is none', () => {
  const text = 'data: {"choices":[{"delta":{"content":"\\"error\\""}}],"error":null}\n\n';
  assert.deepEqual(rewrite(text), { text, isDone: false });
});

test('an event without an end does not fill the memory', () => {
  assert.throws(() => rewrite(`data: ${'x'.repeat(17 * 1024 * 1024)}`), {
    code: 'remote_error',
    message: "Remote 'there:1' sends an event that has no end.",
  });
});
