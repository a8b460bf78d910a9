/** Piscina entry of the thread that serves other peers, of `qvac provide`. */
import { createProviderJobRunner } from '../src/engine/run-provider-job.js';

export default createProviderJobRunner();
