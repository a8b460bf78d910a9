/** Piscina entry of the thread that downloads: the only one whose SDK touches the registry. */
import { createAssetsJobRunner } from '../src/engine/run-assets-job.js';

export default createAssetsJobRunner();
