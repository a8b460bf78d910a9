import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgePeerRequest } from '../../../../workers/bare/peer-request.js';

const OFFERS = [
  { source: '/models/a.gguf', type: 'llamacpp-completion', config: { ctx_size: 2048 }, threads: '1' },
];

function judge(message: object) {
  return judgePeerRequest(JSON.stringify(message), OFFERS);
}

/** What the SDK would get. */
function requestOf(message: object): object {
  const verdict = judge(message);
  assert.ok('request' in verdict, JSON.stringify(verdict));
  return JSON.parse(JSON.stringify(verdict.request));
}

describe('what a peer may ask of a provider', () => {
  test("a model that is offered is loaded with the provider's settings", () => {
    const request = requestOf({
      type: 'loadModel',
      modelSrc: '/models/a.gguf',
      modelType: 'whispercpp-transcription',
      modelConfig: { projectionModelSrc: '/etc/passwd' },
      delegate: { providerPublicKey: 'ab'.repeat(32) },
      modelName: 'of-another',
      requestId: 'of-another',
    });
    assert.deepEqual(request, {
      type: 'loadModel',
      modelType: 'llamacpp-completion',
      modelSrc: '/models/a.gguf',
      modelName: '/models/a.gguf',
      modelConfig: { ctx_size: 2048 },
      seed: false,
      withProgress: false,
    });
  });

  test('another file is not loaded', () => {
    assert.match(JSON.stringify(judge({ type: 'loadModel', modelSrc: '/etc/passwd' })), /does not offer/);
  });

  test('a chat keeps no file here, reads none, and brings nothing that is not known', () => {
    const history = [{ role: 'user', content: 'hello', file: '/etc/passwd' }];
    const chat = { type: 'completionStream', modelId: 'm', history, stream: true };
    assert.deepEqual(requestOf({ ...chat, kvCache: '../x', requestId: 'of-another', __profiling: {} }), {
      type: 'completionStream',
      modelId: 'm',
      history: [{ role: 'user', content: 'hello' }],
      stream: true,
    });
    const withFile = [{ ...history[0], attachments: [{ path: '/etc/passwd' }] }];
    for (const wrong of [withFile, 'hello', undefined]) {
      assert.deepEqual(judge({ ...chat, history: wrong }).kind, 'refuse');
    }
  });

  for (const type of [
    '__shutdown__',
    '__init_config__',
    'deleteCache',
    'downloadAsset',
    'rag',
    'provide',
    'pluginInvoke',
  ]) {
    test(`${type} does not reach the SDK`, () => {
      assert.equal(judge({ type }).kind, 'refuse');
    });
  }

  test('what is no JSON, or no request at all, does not either', () => {
    for (const written of ['{', 'null', '"hello"', '[]', undefined]) {
      assert.equal(judgePeerRequest(written, OFFERS).kind, 'refuse');
    }
  });
});
