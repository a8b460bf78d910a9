import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { z } from 'zod';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { runCurl } from '../support/curl.js';
import { startGateway } from '../support/gateway.js';
import {
  completionShape,
  deletedShape,
  embeddingsShapes,
  modelShape,
  modelsShape,
  transcriptionShape,
} from '../support/openai-shapes.js';
import { readReply } from '../support/read-reply.js';
import { createScriptedWhisper } from '../support/scripted-whisper.js';
import { parseSse } from '../support/sse.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createWav } from '../support/wav.js';

/** The commands of the document, word for word, against models of the names that its config has. */
const SCRIPT: Script = {
  name: 'my-llm',
  replies: [
    { when: 'capital of France', text: 'The capital of France is Paris.' },
    {
      when: 'weather in London',
      text: '<tool_call>{"name": "get_weather", "arguments": {"location": "London"}}</tool_call>',
    },
    { text: 'Hello! How can I help you?' },
  ],
};

const folder = tempFolder();
writeFileSync(join(folder, 'model.gguf'), createScriptedModel(SCRIPT));
writeFileSync(join(folder, 'whisper.bin'), createScriptedWhisper([' Ask', ' not', ' what']));
writeFileSync(join(folder, 'audio.wav'), createWav(1));
const models = {
  'my-llm': {
    src: './model.gguf',
    type: 'llm',
    default: true,
    preload: true,
    config: { ctx_size: 8192, tools: true, device: 'cpu' },
  },
  'my-embed': { src: './model.gguf', type: 'embeddings', default: true, config: { device: 'cpu' } },
  whisper: {
    src: './whisper.bin',
    type: 'whisper',
    default: true,
    config: { language: 'en', strategy: 'greedy' },
  },
};
writeFileSync(join(folder, 'qvac.config.json'), JSON.stringify({ serve: { models } }));
const gateway = await startGateway([], folder);
const curl = (command: string): Promise<Response> => runCurl(command, gateway.url, folder);

async function json<Shape extends z.ZodType>(shape: Shape, command: string): Promise<z.infer<Shape>> {
  return readReply(await curl(command), shape);
}

test('a first request', async () => {
  const { choices } = await json(
    completionShape,
    `curl http://localhost:11434/v1/chat/completions \\
-H "Content-Type: application/json" \\
-d '{
    "model": "my-llm",
    "messages": [{"role": "user", "content": "Hello!"}]
  }'`,
  );
  assert.equal(choices[0]?.message.content, 'Hello! How can I help you?');
});

test('GET /v1/models', async () => {
  const { data } = await json(modelsShape, 'curl http://localhost:11434/v1/models');
  assert.equal(data[0]?.id, 'my-llm');
});

test('GET /v1/models/:id', async () => {
  const model = await json(modelShape, 'curl http://localhost:11434/v1/models/my-llm');
  assert.equal(model.id, 'my-llm');
});

test('DELETE /v1/models/:id', async () => {
  const { id } = await json(deletedShape, 'curl -X DELETE http://localhost:11434/v1/models/my-llm');
  assert.equal(id, 'my-llm');
});

test('a blocking request', async () => {
  const { choices } = await json(
    completionShape,
    `curl http://localhost:11434/v1/chat/completions \\
-H "Content-Type: application/json" \\
-d '{
    "model": "my-llm",
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
    "temperature": 0.7,
    "max_tokens": 256
  }'`,
  );
  assert.equal(choices[0]?.message.content, 'The capital of France is Paris.');
});

test('a streaming request', async () => {
  const response = await curl(`curl http://localhost:11434/v1/chat/completions \\
-H "Content-Type: application/json" \\
-d '{
    "model": "my-llm",
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
    "stream": true
  }'`);
  const payloads = parseSse(await response.text());
  assert.equal(payloads.pop(), '[DONE]');
  const deltas = payloads.map((payload) => JSON.parse(payload).choices[0].delta.content ?? '');
  assert.equal(deltas.join(''), 'The capital of France is Paris.');
});

test('tool calling', async () => {
  const { choices } = await json(
    completionShape,
    `curl http://localhost:11434/v1/chat/completions \\
-H "Content-Type: application/json" \\
-d '{
    "model": "my-llm",
    "messages": [{"role": "user", "content": "What is the weather in London?"}],
    "tools": [{
      "type": "function",
      "function": {
        "name": "get_weather",
        "description": "Get the current weather",
        "parameters": {
          "type": "object",
          "properties": { "location": { "type": "string" } },
          "required": ["location"]
        }
      }
    }]
  }'`,
  );
  assert.deepEqual(choices[0]?.message.tool_calls?.[0]?.function, {
    name: 'get_weather',
    arguments: '{"location":"London"}',
  });
});

test('embeddings, single and batch', async () => {
  const single = await json(
    embeddingsShapes.float,
    `curl http://localhost:11434/v1/embeddings \\
-H "Content-Type: application/json" \\
-d '{
    "model": "my-embed",
    "input": "The quick brown fox"
  }'`,
  );
  assert.equal(single.data.length, 1);
  const batch = await json(
    embeddingsShapes.float,
    `curl http://localhost:11434/v1/embeddings \\
-H "Content-Type: application/json" \\
-d '{
    "model": "my-embed",
    "input": ["First sentence", "Second sentence"]
  }'`,
  );
  assert.equal(batch.data.length, 2);
});

describe('transcriptions', { skip: WITHOUT_VULKAN }, () => {
  test('as JSON, as plain text, and with a prompt', async () => {
    const expected = 'Ask not what';
    const asJson = `curl http://localhost:11434/v1/audio/transcriptions \\
-F "file=@audio.wav" \\
-F "model=whisper" \\
-F "response_format=json"`;
    assert.equal((await json(transcriptionShape, asJson)).text, expected);
    const asText = await curl(`curl http://localhost:11434/v1/audio/transcriptions \\
-F "file=@audio.wav" \\
-F "model=whisper" \\
-F "response_format=text"`);
    assert.equal((await asText.text()).trim(), expected);
    const prompted = `curl http://localhost:11434/v1/audio/transcriptions \\
-F "file=@audio.wav" \\
-F "model=whisper" \\
-F "prompt=President Kennedy speech about space exploration"`;
    assert.equal((await curl(prompted)).status, 200);
  });
});

test('a key, which a gateway without keys does not mind', async () => {
  await json(
    modelsShape,
    `curl http://localhost:11434/v1/models \\
-H "Authorization: Bearer my-secret-token"`,
  );
});
