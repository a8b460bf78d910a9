/**
 * Environment variable whose folder the SDK takes for its home, before `HOME`, for its own files only. A model's thread
 * has it when the model caches conversations: the SDK would put them all, of whatever process, into one folder.
 */
export const SDK_HOME = 'SNAP_USER_COMMON';
