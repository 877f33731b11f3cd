import { Deadline } from "./deadline.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import { SUBPROTOCOL, open, parseServerMessage, stop } from "./messages.js";
import type { Ended, OpenMessage, Opened, Progress, ServerMessage } from "./messages.js";
import type { Transport } from "./sending/sender.js";

const OPEN_DEADLINE_MS = 15_000;
// The gateway reports at least every second, whatever FFmpeg does. Without this a network that swallows packets is noticed
// only when TCP gives up, after a quarter of an hour.
const SILENCE_DEADLINE_MS = 10_000;
const END_DEADLINE_MS = 30_000;
const NORMAL_CLOSE = 1000;

export type Outcome = { ended: Ended } | { failed: PublishError };

export interface ConnectionListener {
  /** Media may be sent from now on. */
  opened(opened: Opened): void;
  progress(progress: Progress): void;
  draining(endsInMs: number): void;
  /** Once, and nothing after it. Not called for who closes the connection itself. */
  over(outcome: Outcome): void;
}

export interface ConnectionOptions {
  url: string;
  open: OpenMessage;
  connect: (url: string, protocol: string) => WebSocket;
  listener: ConnectionListener;
}

/** One conversation with the gateway, from the handshake to its one outcome. It knows nothing of recording. */
export class Connection implements Transport {
  readonly #socket: WebSocket;
  readonly #listener: ConnectionListener;
  readonly #deadline = new Deadline();
  #state: "opening" | "live" | "ending" | "over" = "opening";

  constructor({ url, open: message, connect, listener }: ConnectionOptions) {
    this.#listener = listener;
    this.#socket = connect(url, SUBPROTOCOL);
    this.#socket.onopen = () => this.#say(open(message));
    this.#socket.onmessage = ({ data }) => this.#receive(parseServerMessage(data));
    this.#socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#deadline.set(OPEN_DEADLINE_MS, () => this.#fail(failures.silent()));
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /** Media; ignored unless the stream is live, because the end of a stream may come between any two of its bytes. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#state === "live") {
      this.#socket.send(bytes);
    }
  }

  /** All media has been sent: the gateway shall deliver it and say `ended`. */
  stop(): void {
    if (this.#state === "live") {
      this.#state = "ending";
      this.#deadline.set(END_DEADLINE_MS, () => this.#fail(failures.unconfirmed()));
      this.#say(stop());
    }
  }

  /** Ends the conversation without an outcome. What the socket holds is still delivered by the browser, if it can. */
  close(): void {
    if (this.#state !== "over") {
      this.#state = "over";
      this.#deadline.clear();
      this.#socket.close(NORMAL_CLOSE);
    }
  }

  #receive(message: ServerMessage | null): void {
    if (this.#state === "over") {
      return;
    }
    if (this.#state === "live") {
      this.#expectMore();
    }
    if (message?.type === "opened" && this.#state === "opening") {
      this.#state = "live";
      this.#expectMore();
      this.#listener.opened(message);
    } else if (message?.type === "progress" && this.#state !== "opening") {
      const { type: _type, ...progress } = message;
      this.#listener.progress(progress);
    } else if (message?.type === "draining" && this.#state !== "opening") {
      this.#listener.draining(message.endsInMs);
    } else if (message?.type === "ended" && this.#state !== "opening") {
      const { acceptedBytes, outTimeMs } = message;
      this.#end({ ended: { acceptedBytes, outTimeMs } });
    } else if (message?.type === "failed") {
      const { code, message: words, retryable, retryAfterMs } = message;
      this.#fail(new PublishError(code, words, undefined, retryable, retryAfterMs));
    } else {
      this.#fail(failures.unexpectedMessage());
    }
  }

  #expectMore(): void {
    this.#deadline.set(SILENCE_DEADLINE_MS, () => this.#fail(failures.connectionLost()));
  }

  #closed(code: number, reason: string): void {
    if (code >= 4000) {
      this.#fail(failures.closed(code, reason));
    } else if (this.#state === "opening") {
      this.#fail(failures.unreachable());
    } else {
      this.#fail(this.#state === "ending" ? failures.unconfirmed() : failures.connectionLost());
    }
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  #fail(error: PublishError): void {
    this.#end({ failed: error });
  }

  #end(outcome: Outcome): void {
    if (this.#state !== "over") {
      this.close();
      this.#listener.over(outcome);
    }
  }
}
