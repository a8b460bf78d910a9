/** Piscina entry of a model's thread: it owns one loaded model and answers the gateway's jobs. */
import { createModelJobRunner } from '../src/engine/run-model-job.js';

export default createModelJobRunner();
