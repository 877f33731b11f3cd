import { Deadline } from "./deadline.js";
import { PublishError } from "./errors.js";
import * as failures from "./failures.js";
import { SUBPROTOCOL, encodeStop } from "./messages.js";
import type {
  Draining,
  Ended,
  GatewayWarning,
  Opened,
  OutputStatus,
  Progress,
  Resumed,
  ServerMessage,
} from "./messages.js";
import { parseServerMessage } from "./parse-message.js";
import type { MediaConnection } from "./sending/transport.js";

const OPEN_DEADLINE_MS = 15_000;
// A network that comes and goes swallows attempts; the next one may get through.
const RESUME_CONNECT_DEADLINE_MS = 5_000;
// The gateway reports at least once a second, whatever FFmpeg does. Without this deadline, a
// network that drops all packets is noticed only when TCP gives up, after a quarter of an hour.
const SILENCE_DEADLINE_MS = 10_000;
// A false alarm costs nothing if the stream can be continued.
const RESUMABLE_SILENCE_DEADLINE_MS = 3_000;
const END_DEADLINE_MS = 30_000;
// While the stream ends, nothing says that the gateway reports.
const RESUMABLE_END_DEADLINE_MS = 10_000;
const NORMAL_CLOSE = 1000;
/** "I will be back": the gateway must not take it for the end. */
const COMING_BACK = 4000;

export type Outcome = { ended: Ended } | { failed: PublishError };

export interface ConnectionListener {
  /** Media may be sent from now on. */
  opened(opened: Opened): void;
  /** Media may be sent from now on, from the agreed byte on. */
  resumed(resumed: Resumed): void;
  output(status: OutputStatus): void;
  keyFrame(): void;
  warning(warning: GatewayWarning): void;
  progress(progress: Progress): void;
  draining(endsInMs: number): void;
  /** Called once, as the last call. Not called after `close`. */
  finished(outcome: Outcome): void;
}

export interface ConnectionOptions {
  url: string;
  /** The first message, `open` or `resume`. */
  first: object;
  isResume: boolean;
  connect: (url: string, protocol: string) => WebSocket;
  listener: ConnectionListener;
}

/**
 * One WebSocket exchange with the gateway, from the handshake to its single outcome. It knows
 * nothing about recording.
 */
export class Connection implements MediaConnection {
  readonly #socket: WebSocket;
  readonly #listener: ConnectionListener;
  readonly #deadline = new Deadline();
  readonly #isResume: boolean;
  #state: "opening" | "live" | "ending" | "over" = "opening";
  /** Whether another connection may continue the stream. */
  #canResume: boolean;

  constructor({ url, first, isResume, connect, listener }: ConnectionOptions) {
    this.#listener = listener;
    this.#isResume = this.#canResume = isResume;
    this.#socket = connect(url, SUBPROTOCOL);
    this.#socket.onopen = () => this.#onConnected(first);
    this.#socket.onmessage = ({ data }) => this.#onMessage(parseServerMessage(data));
    this.#socket.onclose = ({ code, reason }) => this.#onClose(code, reason);
    if (isResume) {
      this.#deadline.set(RESUME_CONNECT_DEADLINE_MS, () => this.#giveUp(failures.unreachable()));
    } else {
      this.#awaitReply();
    }
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
      this.#awaitEnd();
      this.#sendMessage(encodeStop());
    }
  }

  /**
   * Closes the connection without an outcome. The browser still delivers what the socket has
   * buffered, if it can.
   *
   * @param isComingBack whether another connection will continue the stream
   */
  close(isComingBack = false): void {
    if (this.#state !== "over") {
      this.#state = "over";
      this.#deadline.clear();
      this.#socket.close(isComingBack ? COMING_BACK : NORMAL_CLOSE);
    }
  }

  #onConnected(first: object): void {
    if (this.#state === "opening") {
      this.#awaitReply();
      this.#sendMessage(first);
    }
  }

  #onMessage(message: ServerMessage | null): void {
    if (this.#state === "over") {
      return;
    }
    this.#restartSilenceDeadline();
    if (message?.type === this.#agreement && this.#state === "opening") {
      this.#onAgreed(message);
    } else if (message?.type === "ended" && (this.#isResume || this.#state !== "opening")) {
      const { acceptedBytes, outTimeMs } = message;
      this.#end({ ended: { acceptedBytes, outTimeMs } });
    } else if (message?.type === "failed") {
      const { code, message: text, retryable, retryAfterMs } = message;
      this.#end({ failed: new PublishError(code, text, undefined, retryable, retryAfterMs) });
    } else if (!message || !this.#isExpected(message) || !this.#onReport(message)) {
      this.#end({ failed: failures.unexpectedMessage() });
    }
  }

  /** The answer that makes the connection live. */
  get #agreement(): "resumed" | "opened" {
    return this.#isResume ? "resumed" : "opened";
  }

  #onAgreed(message: Opened | Resumed): void {
    this.#state = "live";
    this.#canResume = message.resume !== undefined;
    this.#restartSilenceDeadline();
    if (message.type === "opened") {
      this.#listener.opened(message);
    } else {
      this.#listener.resumed(message);
    }
  }

  /** Outputs may change before there is an answer. */
  #isExpected({ type }: ServerMessage): boolean {
    return this.#state !== "opening" || type === "output" || type === "warning";
  }

  /** @returns whether the message belongs into a stream */
  #onReport(message: ServerMessage): boolean {
    const { type, ...report } = message;
    switch (type) {
      case "progress":
        this.#listener.progress(report as Progress);
        return true;
      case "output":
        this.#listener.output(report as OutputStatus);
        return true;
      case "warning":
        this.#listener.warning(report as GatewayWarning);
        return true;
      case "keyframe":
        this.#listener.keyFrame();
        return true;
      case "draining":
        this.#listener.draining((report as Draining).endsInMs);
        return true;
      default:
        return false;
    }
  }

  #awaitReply(): void {
    this.#deadline.set(OPEN_DEADLINE_MS, () => this.#giveUp(failures.noReply()));
  }

  #awaitEnd(): void {
    const ms = this.#canResume ? RESUMABLE_END_DEADLINE_MS : END_DEADLINE_MS;
    this.#deadline.set(ms, () => this.#giveUp(failures.unconfirmed()));
  }

  #restartSilenceDeadline(): void {
    if (this.#state === "live") {
      const ms = this.#canResume ? RESUMABLE_SILENCE_DEADLINE_MS : SILENCE_DEADLINE_MS;
      this.#deadline.set(ms, () => this.#giveUp(failures.connectionLost()));
    } else if (this.#state === "ending" && this.#canResume) {
      this.#awaitEnd();
    }
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

  /** The connection may live, but is of no use. */
  #giveUp(error: PublishError): void {
    if (this.#state !== "over") {
      this.close(this.#canResume);
      this.#listener.finished({ failed: error });
    }
  }

  #end(outcome: Outcome): void {
    if (this.#state !== "over") {
      this.close();
      this.#listener.finished(outcome);
    }
  }
}
