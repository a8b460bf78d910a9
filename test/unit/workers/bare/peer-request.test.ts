import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgePeerRequest } from '../../../../workers/bare/peer-request.js';

const OFFERS = [{ source: '/models/a.gguf', type: 'llamacpp-completion', config: { ctx_size: 2048 } }];

function judge(message: object, latest?: string) {
  return judgePeerRequest(JSON.stringify(message), OFFERS, latest);
}

function requestOf(message: object, latest?: string): object {
  const verdict = judge(message, latest);
  assert.ok('request' in verdict, JSON.stringify(verdict));
  return verdict.request;
}

describe('what a peer may ask of a provider', () => {
  test("a model that is offered is loaded with the provider's settings", () => {
    const request = requestOf({
      type: 'loadModel',
      modelSrc: '/models/a.gguf',
      modelType: 'whispercpp-transcription',
      modelConfig: { projectionModelSrc: '/etc/passwd' },
      delegate: { providerPublicKey: 'ab'.repeat(32) },
    });
    assert.deepEqual(JSON.parse(JSON.stringify(request)), {
      type: 'loadModel',
      modelType: 'llamacpp-completion',
      modelSrc: '/models/a.gguf',
      modelConfig: { ctx_size: 2048 },
      seed: false,
      withProgress: false,
    });
  });

  test('another file is not loaded', () => {
    const verdict = judge({ type: 'loadModel', modelSrc: '/etc/passwd' });
    assert.ok('reply' in verdict);
    assert.match(JSON.stringify(verdict.reply), /does not offer/);
  });

  test('a chat keeps no file here, and reads none', () => {
    const history = [{ role: 'user', content: 'hello' }];
    assert.deepEqual(requestOf({ type: 'completionStream', modelId: 'm', history, kvCache: '../x' }), {
      type: 'completionStream',
      modelId: 'm',
      history,
    });
    const withFile = [{ ...history[0], attachments: [{ path: '/etc/passwd' }] }];
    assert.ok('reply' in judge({ type: 'completionStream', modelId: 'm', history: withFile }));
    assert.ok('reply' in judge({ type: 'completionStream', modelId: 'm', history: 'hello' }));
  });

  test('a cancel ends the call of that peer only', () => {
    const cancel = { type: 'cancel', operation: 'broad', modelId: 'm' };
    assert.deepEqual(requestOf(cancel, 'r-1'), { type: 'cancel', operation: 'request', requestId: 'r-1' });
    assert.ok('reply' in judge(cancel));
  });

  for (const type of [
    '__shutdown__',
    '__init_config__',
    'deleteCache',
    'downloadAsset',
    'rag',
    'provide',
    'unloadModel',
  ]) {
    test(`${type} does not reach the SDK`, () => {
      assert.ok('reply' in judge({ type }));
    });
  }

  test('what is no JSON, or no request at all, does not either', () => {
    assert.ok('reply' in judgePeerRequest('{', OFFERS, undefined));
    assert.ok('reply' in judgePeerRequest('null', OFFERS, undefined));
    assert.ok('reply' in judgePeerRequest(undefined, OFFERS, undefined));
  });
});
