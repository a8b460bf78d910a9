/** Piscina entry of a model's thread: it owns one loaded model and answers the gateway's jobs. */
import { createJobRunner } from '../src/engine/run-job.js';

export default createJobRunner();
