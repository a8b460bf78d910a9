/** How a line begins that an engine's process writes to stderr for the gateway's own: all else there is the engine's. */
export const ENGINE_NOTICE = 'qvac-gateway: ';

/** How the line begins in which an engine's process that ends itself tells why. */
export const ENGINE_END = 'qvac-gateway ends: ';
