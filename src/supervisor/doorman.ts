import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { BoundAddress } from '../protocol/supervision.js';

/** Connections that may wait for a gateway; more are closed. Each holds a file descriptor. */
const MOST_WAITING = 4_096;

/** Hands a connection to the gateway of the time. */
type Give = (id: number, socket: Socket) => void;

/**
 * Owns the port for as long as the supervisor lives, and hands every connection to the gateway. One that the gateway has
 * not confirmed is kept, and goes to the next gateway, in the order in which they came: whoever connects while the
 * gateway restarts waits and is not refused.
 */
export class Doorman {
  readonly #servers: Server[] = [];
  readonly #waiting = new Map<number, Socket>();
  #bound: BoundAddress | undefined;
  #nextId = 0;
  #isClosed = false;
  #give: Give | undefined;

  /**
   * Takes the port; later calls tell where it is.
   *
   * @param host `localhost` means all addresses that it has, as with Fastify.
   * @throws Node's error if the port can't be had.
   */
  async listen(host: string, port: number): Promise<BoundAddress> {
    if (this.#bound) return this.#bound;
    const bound = await this.#bind(host, port);
    this.#bound = bound;
    if (host === 'localhost') {
      for (const { address } of await lookup(host, { all: true }).catch(() => [])) {
        if (address !== bound.address) await this.#bind(address, bound.port).catch(() => {});
      }
    }
    return bound;
  }

  /** Hands over those who wait, and from now on everyone who comes. */
  attach(give: Give): void {
    this.#give = give;
    for (const [id, socket] of this.#waiting) give(id, socket);
  }

  /** The gateway has gone: keeps those that it did not take for the next one. */
  detach(): void {
    this.#give = undefined;
  }

  /** The gateway has the connection. Closing our copy of it does not close the connection. */
  took(id: number): void {
    this.#waiting.get(id)?.destroy();
    this.#waiting.delete(id);
  }

  /** Gives the port back, also one that {@link listen} is still about to take. Connections that are on their way to the gateway stay. */
  close(): void {
    this.#isClosed = true;
    for (const server of this.#servers) server.close();
  }

  /** Closes the connections that no gateway took. */
  dismiss(): void {
    for (const id of this.#waiting.keys()) this.took(id);
  }

  async #bind(host: string, port: number): Promise<BoundAddress> {
    // Not read here, not a byte. `noDelay` as with Node's HTTP server: it belongs to the connection, not to our copy.
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#admit(socket));
    server.listen({ host, port });
    await once(server, 'listening');
    // Too many open files: the connection is closed, the port stays.
    server.on('error', () => {});
    this.#servers.push(server);
    const { address, port: boundPort } = server.address() as AddressInfo;
    if (this.#isClosed) server.close();
    return { address, port: boundPort };
  }

  #admit(socket: Socket): void {
    if (this.#waiting.size >= MOST_WAITING) {
      socket.destroy();
      return;
    }
    const id = this.#nextId++;
    this.#waiting.set(id, socket);
    socket.on('error', () => {}); // it closes, too
    socket.once('close', () => this.#waiting.delete(id));
    this.#give?.(id, socket);
  }
}
