// A gateway written from docs/protocol.md alone, and a network that breaks where the test wants it.
import { expect } from "vitest";

type Message = Record<string, unknown>;
type Sent = Message | Uint8Array;

const PROGRESS_EVERY_MS = 250;
export const WINDOW_MS = 30_000;
const QUERY = "node=gw-1";

/** The client's end of a connection, and what is on its way to the gateway. */
export class Line {
  readonly url: string;
  closedWith: number | null = null;
  onopen: () => void = () => {};
  onmessage: (message: { data: unknown }) => void = () => {};
  onclose: (close: { code: number; reason: string }) => void = () => {};
  readonly #gateway: FakeGateway;
  readonly #onTheWay: Sent[] = [];
  /** Passes everything at once; or nothing, and tells nobody. */
  isSilent = false;
  /** How many more bytes of media pass before the connection breaks. */
  passesBytes = Infinity;
  #isDead = false;

  constructor(gateway: FakeGateway, url: string) {
    this.#gateway = gateway;
    this.url = url;
  }

  get bufferedAmount(): number {
    return 0;
  }

  send(data: string | Uint8Array): void {
    expect(this.closedWith, "sent after close").toBeNull();
    this.#onTheWay.push(
      typeof data === "string" ? (JSON.parse(data) as Message) : Uint8Array.from(data),
    );
    if (!this.isSilent) {
      this.deliver();
    }
  }

  close(code: number): void {
    this.closedWith ??= code;
    if (!this.isSilent && !this.#isDead) {
      this.#isDead = true;
      this.#gateway.lost(this, code);
    }
  }

  /** What is on the way arrives, however late. */
  deliver(): void {
    for (const sent of this.#onTheWay.splice(0)) {
      if (this.#isDead) {
        return;
      }
      if (!(sent instanceof Uint8Array)) {
        this.#gateway.received(this, sent);
        continue;
      }
      const passes = Math.min(sent.length, this.passesBytes);
      this.#gateway.media(this, sent.subarray(0, passes));
      this.passesBytes -= passes;
      if (this.passesBytes === 0) {
        this.breaks();
      }
    }
  }

  says(message: object): void {
    if (!this.isSilent && !this.#isDead && this.closedWith === null) {
      this.onmessage({ data: JSON.stringify(message) });
    }
  }

  /** Both ends are told. */
  breaks(code = 1006): void {
    if (!this.#isDead) {
      this.#isDead = true;
      this.#gateway.lost(this, code);
      this.tellClient(code);
    }
  }

  tellClient(code = 1006, reason = ""): void {
    if (this.closedWith === null) {
      this.closedWith = code;
      this.onclose({ code, reason });
    }
  }
}

export interface Session {
  id: string;
  token: string;
  bytes: Buffer;
  acceptedBytes: number;
  line: Line | null;
  /** A tombstone's. */
  lastWord: Message | null;
  takeovers: number;
  stops: number;
}

export class FakeGateway {
  readonly lines: Line[] = [];
  readonly sessions: Session[] = [];
  readonly resumes: Message[] = [];
  /** Grants nothing, like an older one, if null. */
  grant: { windowMs: number; maxKeptBytes: number; query?: string } | null = {
    windowMs: WINDOW_MS,
    maxKeptBytes: 33_554_432,
    query: QUERY,
  };
  isReachable = true;
  /** What FFmpeg takes is behind what arrives by as much. */
  backlogBytes = 0;
  losesTheNextEnded = false;
  /** Connections neither open nor fail. */
  opensNothing = false;
  /** New connections open, but what is sent over them stays on its way. */
  swallows = false;
  /** The answer to every first message. */
  refuses: Message | null = null;
  keyFrameIntervalMs = 2_000;
  maxMessageBytes = 10_000;
  readonly #generation = new Map<Line, Session>();

  connect = (url: string): WebSocket => {
    const line = new Line(this, url);
    this.lines.push(line);
    line.isSilent = this.swallows;
    if (!this.opensNothing) {
      setTimeout(() => (this.isReachable ? line.onopen() : line.breaks()), 5);
    }
    return line as unknown as WebSocket;
  };

  get line(): Line {
    return this.lines.at(-1)!;
  }

  get session(): Session {
    return this.sessions.at(-1)!;
  }

  /** Starts to report. @returns stops it */
  run(): () => void {
    const timer = setInterval(
      () => this.sessions.forEach((each) => this.#report(each)),
      PROGRESS_EVERY_MS,
    );
    return () => clearInterval(timer);
  }

  /** Is started again: knows nothing any more. */
  restarts(): void {
    const lines = this.sessions.map(({ line }) => line);
    this.sessions.forEach((session) => (session.token = "forgotten"));
    lines.forEach((line) => line?.breaks());
  }

  received(line: Line, message: Message): void {
    const session = this.#generation.get(line);
    if (this.refuses) {
      line.says(this.refuses);
    } else if (message.type === "open") {
      this.#open(line, message);
    } else if (message.type === "resume") {
      this.#resume(line, message);
    } else if (message.type === "stop" && session?.line === line) {
      this.#stop(session, line);
    }
  }

  media(line: Line, bytes: Uint8Array): void {
    const session = this.#generation.get(line);
    // The newest connection wins: an older one's bytes are dropped.
    if (session?.line === line) {
      session.bytes = Buffer.concat([session.bytes, bytes]);
    }
  }

  lost(line: Line, code: number): void {
    const session = this.#generation.get(line);
    if (session?.line === line) {
      session.line = null;
      if (code === 1000 || code === 1001) {
        this.ends(session);
      }
    }
  }

  /** The window is over, or the stream was stopped. */
  ends(session: Session, word?: Message): void {
    const acceptedBytes = session.bytes.length;
    session.lastWord ??= word ?? { type: "ended", acceptedBytes, outTimeMs: 1 };
  }

  #report(session: Session): void {
    session.acceptedBytes = Math.max(
      session.acceptedBytes,
      session.bytes.length - this.backlogBytes,
    );
    if (!session.lastWord) {
      session.line?.says({ type: "progress", acceptedBytes: session.acceptedBytes, speed: 1 });
    }
  }

  #new(line: Line): Session {
    const number = this.sessions.length + 1;
    const session: Session = {
      id: `s-${number}`,
      token: `token-${number}`,
      bytes: Buffer.alloc(0),
      acceptedBytes: 0,
      line,
      lastWord: null,
      takeovers: 0,
      stops: 0,
    };
    this.sessions.push(session);
    this.#generation.set(line, session);
    return session;
  }

  #granted(session: Session, isAsked: unknown) {
    return this.grant && isAsked === true ? { token: session.token, ...this.grant } : undefined;
  }

  #open(line: Line, open: Message): void {
    const session = this.#new(line);
    line.says({
      type: "opened",
      sessionId: session.id,
      mimeType: (open.offers as string[]).at(-1),
      video: "copy",
      audio: "transcode",
      timesliceMs: 100,
      keyFrameIntervalMs: this.keyFrameIntervalMs,
      maxBitsPerSecond: 8_000_000,
      maxMessageBytes: this.maxMessageBytes,
      resume: this.#granted(session, open.resume),
    });
  }

  #resume(line: Line, resume: Message): void {
    this.resumes.push(resume);
    const session = this.sessions.find(
      ({ id, token }) => id === resume.sessionId && token === resume.token,
    );
    if (!session) {
      const begun = this.#new(line);
      const open = resume.open as Message;
      const grant = this.#granted(begun, open.resume);
      line.says({
        type: "resumed",
        mode: "restart",
        sessionId: begun.id,
        nextByte: 0,
        resume: grant,
      });
      return;
    }
    if (session.lastWord) {
      line.says(session.lastWord);
      return;
    }
    const older = session.line;
    session.line = line;
    this.#generation.set(line, session);
    if (older) {
      session.takeovers++;
      older.says({ type: "failed", code: "taken-over", message: "Newer.", retryable: false });
    }
    const nextByte = session.bytes.length;
    expect(resume.keptFromByte).toBeLessThanOrEqual(nextByte);
    expect(resume.sentBytes).toBeGreaterThanOrEqual(nextByte);
    const grant = this.#granted(session, true);
    line.says({ type: "resumed", mode: "exact", sessionId: session.id, nextByte, resume: grant });
  }

  #stop(session: Session, line: Line): void {
    session.stops++;
    this.ends(session);
    if (this.losesTheNextEnded) {
      this.losesTheNextEnded = false;
      line.breaks();
    } else {
      line.says(session.lastWord!);
    }
  }
}
