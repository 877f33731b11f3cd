import { Deadline } from "./deadline.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import { SUBPROTOCOL, encodeOpen, encodeStop, parseServerMessage } from "./messages.js";
import type { Ended, OpenMessage, Opened, Progress, ServerMessage } from "./messages.js";
import type { Transport } from "./sending/sender.js";

const OPEN_DEADLINE_MS = 15_000;
// The gateway reports at least once a second, whatever FFmpeg does. Without this deadline, a
// network that drops all packets is noticed only when TCP gives up, after a quarter of an hour.
const SILENCE_DEADLINE_MS = 10_000;
const END_DEADLINE_MS = 30_000;
const NORMAL_CLOSE = 1000;

export type Outcome = { ended: Ended } | { failed: PublishError };

export interface ConnectionListener {
  /** Media may be sent from now on. */
  opened(opened: Opened): void;
  progress(progress: Progress): void;
  draining(endsInMs: number): void;
  /** Called once, as the last call. Not called after `close`. */
  finished(outcome: Outcome): void;
}

export interface ConnectionOptions {
  url: string;
  open: OpenMessage;
  connect: (url: string, protocol: string) => WebSocket;
  listener: ConnectionListener;
}

/**
 * One WebSocket exchange with the gateway, from the handshake to its single outcome. It knows
 * nothing about recording.
 */
export class Connection implements Transport {
  readonly #socket: WebSocket;
  readonly #listener: ConnectionListener;
  readonly #deadline = new Deadline();
  #state: "opening" | "live" | "ending" | "over" = "opening";

  constructor({ url, open: message, connect, listener }: ConnectionOptions) {
    this.#listener = listener;
    this.#socket = connect(url, SUBPROTOCOL);
    this.#socket.onopen = () => this.#sendMessage(encodeOpen(message));
    this.#socket.onmessage = ({ data }) => this.#onMessage(parseServerMessage(data));
    this.#socket.onclose = ({ code, reason }) => this.#onClose(code, reason);
    this.#deadline.set(OPEN_DEADLINE_MS, () => this.#fail(failures.noReply()));
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /**
   * Sends media. Ignored unless the stream is live, because a stream can end between any two bytes.
   */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#state === "live") {
      this.#socket.send(bytes);
    }
  }

  /** All media has been sent: asks the gateway to deliver it and reply `ended`. */
  stop(): void {
    if (this.#state === "live") {
      this.#state = "ending";
      this.#deadline.set(END_DEADLINE_MS, () => this.#fail(failures.unconfirmed()));
      this.#sendMessage(encodeStop());
    }
  }

  /**
   * Closes the connection without an outcome. The browser still delivers what the socket has
   * buffered, if it can.
   */
  close(): void {
    if (this.#state !== "over") {
      this.#state = "over";
      this.#deadline.clear();
      this.#socket.close(NORMAL_CLOSE);
    }
  }

  #onMessage(message: ServerMessage | null): void {
    if (this.#state === "over") {
      return;
    }
    if (this.#state === "live") {
      this.#restartSilenceDeadline();
    }
    if (message?.type === "opened" && this.#state === "opening") {
      this.#state = "live";
      this.#restartSilenceDeadline();
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
      const { code, message: text, retryable, retryAfterMs } = message;
      this.#fail(new PublishError(code, text, undefined, retryable, retryAfterMs));
    } else {
      this.#fail(failures.unexpectedMessage());
    }
  }

  #restartSilenceDeadline(): void {
    this.#deadline.set(SILENCE_DEADLINE_MS, () => this.#fail(failures.connectionLost()));
  }

  #onClose(code: number, reason: string): void {
    if (code >= 4000) {
      this.#fail(failures.closedByGateway(code, reason));
    } else if (this.#state === "opening") {
      this.#fail(failures.unreachable());
    } else {
      this.#fail(this.#state === "ending" ? failures.unconfirmed() : failures.connectionLost());
    }
  }

  #sendMessage(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  #fail(error: PublishError): void {
    this.#end({ failed: error });
  }

  #end(outcome: Outcome): void {
    if (this.#state !== "over") {
      this.close();
      this.#listener.finished(outcome);
    }
  }
}
