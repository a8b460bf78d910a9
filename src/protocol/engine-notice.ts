/** How a line begins that an engine's process writes to stderr for the gateway's own: all else there is the engine's. */
export const ENGINE_NOTICE = 'qvac-gateway: ';
