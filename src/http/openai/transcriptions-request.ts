import { DURATION_FORM, parseDuration } from '../../protocol/duration.js';
import { ApiError } from '../../protocol/errors.js';

/** Fields of OpenAI's document that have no effect here. The engine takes the first two when the model is loaded. */
const IGNORED = ['language', 'temperature', 'timestamp_granularities[]', 'include[]'];

/** What a request for a transcription asks, beside its file. */
export interface TranscriptionParams {
  /** `undefined` means the default model. */
  readonly model: string | undefined;
  readonly prompt: string | undefined;
  /** Of an answer that is no stream. */
  readonly format: 'json' | 'text';
  /** How long the model is to stay loaded, in milliseconds. */
  readonly keepAliveMs: number | undefined;
  /** Names of the fields that were sent and have no effect. */
  readonly ignored: readonly string[];
}

/** Whether a form asks for server-sent events. As Python's `str` has it too, which is what its libraries may put there. */
export function asksForStream({ stream = '' }: Readonly<Record<string, string>>): boolean {
  return stream.toLowerCase() === 'true' || stream === '1';
}

/**
 * `POST /v1/audio/transcriptions`, as OpenAI's document has it. A field that is empty counts as absent: in a form there
 * is no other way to say so. Fields that are not known are accepted.
 *
 * @throws {ApiError} `unsupported_response_format`, or `invalid_value` for a `keep_alive` that is no duration.
 */
export function toTranscriptionParams(fields: Readonly<Record<string, string>>): TranscriptionParams {
  const { model, prompt, response_format: format = '', keep_alive: keepAlive } = fields;
  if (format !== '' && format !== 'json' && format !== 'text') {
    throw new ApiError(
      'unsupported_response_format',
      `response_format '${format}' is not supported; 'json' and 'text' are.`,
      { param: 'response_format' },
    );
  }
  const keepAliveMs = keepAlive ? parseDuration(keepAlive) : undefined;
  if (keepAlive && keepAliveMs === undefined) {
    throw new ApiError('invalid_value', `Invalid 'keep_alive': expected ${DURATION_FORM}.`, {
      param: 'keep_alive',
    });
  }
  return {
    model: model || undefined,
    prompt: prompt || undefined,
    format: format || 'json',
    keepAliveMs,
    ignored: IGNORED.filter((name) => fields[name]),
  };
}
