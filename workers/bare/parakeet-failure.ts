/**
 * Makes a failure of the Parakeet engine an error: @qvac/transcription-parakeet (SDK 0.16) gives it as the text of the
 * recording, and the SDK passes it on.
 */

/** What it says then, as in the `ParakeetModel.cpp` of the addon. */
const FAILURES = ['[Inference error]', '[Model not loaded]', '[Model not ready]'];

interface ParakeetModel {
  run(...args: unknown[]): Promise<Response>;
}

/** The part of infer-base's `QvacResponse` that we build on. */
interface Response {
  onUpdate(listener: (output: unknown) => void): unknown;
  failed(error: Error): void;
}

/** Makes the model's calls fail where the engine does. A model that does not look as expected is left as it is. */
export function failWithEngine(model: object): void {
  if (!isParakeetModel(model)) return;
  const run = model.run;
  model.run = async (...args) => {
    const response = await run.apply(model, args);
    response.onUpdate((output) => {
      const failure = findFailure(output);
      if (failure !== undefined) response.failed(new Error(`the engine says ${failure}`));
    });
    return response;
  };
}

/** Outputs are lists of segments, each with its text. */
function findFailure(output: unknown): string | undefined {
  const segments = (Array.isArray(output) ? output : [output]) as { readonly text?: string }[];
  return FAILURES.find((failure) => segments.some(({ text }) => text === failure));
}

function isParakeetModel(model: object): model is ParakeetModel {
  return typeof (model as Partial<ParakeetModel>).run === 'function';
}
