/** bare-rpc's `RPCIncomingRequest`, as far as it matters here. What wants no answer (`RPCIncomingEvent`) cannot reply. */
export interface IncomingRequest {
  data: { toString(): string } | null;
  reply?(text: string, encoding: 'utf-8'): void;
  createResponseStream(): ResponseStream;
}

interface ResponseStream {
  end(text: string, encoding: 'utf-8'): void;
  on(event: 'error', listener: () => void): unknown;
}

/** The SDK's. It resolves when the request is answered, a stream to its end. */
export type Handler = (request: Pick<IncomingRequest, 'data' | 'reply'>) => unknown;

/** Answers a request that wants no stream. */
export function reply(request: IncomingRequest, message: object): void {
  request.reply?.(JSON.stringify(message), 'utf-8');
}
