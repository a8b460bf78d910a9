import type { FastifyRequest } from 'fastify';

/**
 * Who takes turns with others for a model: whoever comes from one address with one key. Never for a log: it has the key.
 */
export function clientOf({ ip, headers }: FastifyRequest): string {
  return `${ip} ${headers.authorization ?? headers['x-api-key'] ?? ''}`;
}
