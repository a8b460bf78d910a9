/**
 * `node proxy-child.js URL`: http-proxy with nothing around it, on a free port, which it tells by IPC. What a gateway in
 * front of another one is compared with: less than this a hop can't cost.
 */
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'http-proxy';
import type { ServerStart } from './child-server.js';

const [, , target = ''] = process.argv;
const proxy = createProxyServer({ target, agent: new Agent({ keepAlive: true }) });
const server = createServer((request, reply) => void proxy.web(request, reply));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}` } satisfies ServerStart);
});
process.on('disconnect', () => process.exit());
