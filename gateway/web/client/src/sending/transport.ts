/** The part of a connection that accepts media. */
export interface Transport {
  /** Like a WebSocket's: never blocks, queues. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  readonly bufferedAmount: number;
}

/** A connection over which a recording is sent. */
export interface MediaConnection extends Transport {
  /** All media has been sent. */
  stop(): void;
}
