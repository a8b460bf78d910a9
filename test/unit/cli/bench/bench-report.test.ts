import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBench, percentile, toBenchReport } from '../../../../src/cli/bench/bench-report.js';
import type { Answer } from '../../../../src/cli/chat/answer.js';

const answer = (firstTokenMs: number, gapMs: number): Answer => ({
  text: 'a b c',
  promptTokens: 5,
  completionTokens: 3,
  firstTokenMs,
  streamMs: 2 * gapMs,
  gapsMs: [gapMs, gapMs],
});

test('a percentile is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.deepEqual(
    [50, 99, 100, 0].map((percent) => percentile(hundred, percent)),
    [50, 99, 100, 1],
  );
  assert.deepEqual([percentile([7], 50), percentile([7], 99), percentile([], 50)], [7, 7, null]);
});

test('numbers of all answers', () => {
  const answers = [answer(10, 5), answer(30, 10), answer(20, 20)];
  const report = toBenchReport('a', { concurrency: 2, maxTokens: 3 }, answers, 500);
  assert.deepEqual(report, {
    model: 'a',
    requests: 3,
    concurrency: 2,
    max_tokens: 3,
    completion_tokens: 9,
    duration_ms: 500,
    first_token_ms: { p50: 20, p99: 30 },
    inter_token_ms: { p50: 10, p99: 20 },
    tokens_per_second_per_stream: 100,
    tokens_per_second_total: 18,
  });
});

test('an answer of one token, or of none, has no rate', () => {
  const none: Answer = { ...answer(1, 1), firstTokenMs: undefined, streamMs: 0, gapsMs: [] };
  const report = toBenchReport('a', { concurrency: 1, maxTokens: 1 }, [none], 100);
  assert.deepEqual(
    [report.first_token_ms.p50, report.inter_token_ms.p99, report.tokens_per_second_per_stream],
    [null, null, null],
  );
  assert.match(describeBench(report), /^first token +- +-$/m);
});
