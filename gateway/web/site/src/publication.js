import { Backlog, slices } from "./backlog.js";
import { bitRates } from "./bitrate.js";
import * as failures from "./failures.js";
import { SUBPROTOCOL, open, parseServerMessage, stop } from "./messages.js";
import { offersFor } from "./offers.js";
import { isOver, step } from "./states.js";

const OPEN_DEADLINE_MS = 15_000;
const RECORDER_DEADLINE_MS = 5_000;
const END_DEADLINE_MS = 30_000;
const MOST_WAITING_MS = 4_000;
const NORMAL_CLOSE = 1000;

/**
 * @typedef {object} Platform what a stream takes from the browser; tests hand in their own
 * @property {(url: string, protocol: string) => WebSocket} connect
 * @property {(source: MediaStream, options: object) => MediaRecorder} record
 * @property {(mimeType: string) => boolean} isTypeSupported
 * @property {() => number} now milliseconds of a clock that never goes back
 */

/** @type {Platform} */
const BROWSER = {
  connect: (url, protocol) => new WebSocket(url, protocol),
  record: (source, options) => new MediaRecorder(source, options),
  isTypeSupported: (mimeType) => MediaRecorder.isTypeSupported(mimeType),
  now: () => performance.now(),
};

/**
 * One stream on its way from a MediaStream to the gateway, from `start` to its one end. It does not own the source:
 * the tracks live on when the stream is over.
 *
 * Events: `state` on every change of `state`, `progress` on every report of the gateway's.
 */
export class Publication extends EventTarget {
  /** @type {import("./states.js").State} */
  state = "idle";
  /** @type {import("./failures.js").Failure | null} why it ended, when it did not end as asked */
  failure = null;
  /** @type {import("./messages.js").Opened | null} what was agreed */
  opened = null;
  /** @type {import("./messages.js").Progress | null} the gateway's last report */
  progress = null;
  /** @type {import("./messages.js").Ended | null} */
  ended = null;
  /** @type {number | null} on the platform's clock, milliseconds */
  liveSinceMs = null;

  #url;
  #streamKey;
  #source;
  #platform;
  #video;
  #audio;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {Backlog | null} */
  #backlog = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;
  /** @type {import("./failures.js").Failure | null} what made a live stream stop, told once the gateway has ended it */
  #stoppedBy = null;
  #listening = new AbortController();

  /**
   * @param {object} options
   * @param {string} options.url of the gateway's ingest, ws: or wss:
   * @param {string} options.streamKey
   * @param {MediaStream} options.source
   * @param {Platform} [options.platform]
   */
  constructor({ url, streamKey, source, platform = BROWSER }) {
    super();
    this.#url = url;
    this.#streamKey = streamKey;
    this.#source = source;
    this.#platform = platform;
    this.#video = source.getVideoTracks()[0]?.getSettings();
    this.#audio = source.getAudioTracks()[0]?.getSettings();
  }

  /** @returns {string} what the recorder really writes, which need not be word for word what was agreed */
  get recordedAs() {
    return this.#recorder?.mimeType || this.opened?.mimeType || "";
  }

  /** @returns {number} media bytes handed to the socket */
  get sentBytes() {
    return this.#backlog?.sentBytes ?? 0;
  }

  /** @returns {number} milliseconds of media that wait in the socket */
  get waitingMs() {
    return this.#backlog?.waitingMs(this.#socket?.bufferedAmount ?? 0) ?? 0;
  }

  start() {
    const offers = offersFor(
      { hasVideo: Boolean(this.#video), hasAudio: Boolean(this.#audio) },
      this.#platform.isTypeSupported,
    );
    if (offers.length === 0) {
      this.#end(failures.nothingRecordable());
      return;
    }
    for (const track of this.#source.getTracks()) {
      const listening = { signal: this.#listening.signal };
      track.addEventListener("ended", () => this.#trackEnded(track), listening);
    }
    const socket = this.#platform.connect(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#say(this.#openMessage(offers));
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = (close) => this.#closed(close);
    this.#failAfter(OPEN_DEADLINE_MS, failures.silent);
    this.#become("connecting");
  }

  /** Asks for an orderly end: all that was recorded arrives, then the state is `ended`. */
  stop() {
    if (this.state === "connecting") {
      this.#end(null);
    } else if (this.state === "live") {
      this.#finish(null);
    }
  }

  /** For a page that goes away and cannot wait: what the socket holds is still delivered by the browser, if it can. */
  abandon() {
    if (!isOver(this.state) && this.state !== "idle") {
      this.#end(null);
    }
  }

  #openMessage(offers) {
    return open({
      streamKey: this.#streamKey,
      offers,
      video: this.#video,
      audio: this.#audio,
      bitRates: bitRates({ video: this.#video, audio: this.#audio }),
    });
  }

  #receive(data) {
    if (isOver(this.state)) {
      return;
    }
    const message = parseServerMessage(data);
    if (message?.type === "opened" && this.state === "connecting") {
      this.#record(message);
    } else if (message?.type === "progress") {
      this.progress = message;
      this.dispatchEvent(new Event("progress"));
    } else if (message?.type === "ended") {
      this.ended = message;
      this.#end(this.#stoppedBy);
    } else if (message?.type === "failed") {
      const { code, message: words, retryable } = message;
      this.#end({ code, message: words, retryable });
    } else {
      this.#end(failures.unexpectedMessage());
    }
  }

  #record(opened) {
    clearTimeout(this.#deadline);
    this.opened = opened;
    const rates = bitRates({ video: this.#video, audio: this.#audio }, opened.maxBitsPerSecond);
    try {
      const recorder = this.#platform.record(this.#source, {
        mimeType: opened.mimeType,
        videoBitsPerSecond: rates.video || undefined,
        audioBitsPerSecond: rates.audio || undefined,
        videoKeyFrameIntervalDuration: opened.keyFrameIntervalMs,
      });
      this.#recorder = recorder;
      recorder.ondataavailable = ({ data }) => this.#send(data);
      recorder.onstop = () => this.#recorderStopped();
      recorder.onerror = (event) =>
        this.#end(failures.recorderFailed(/** @type {any} */ (event).error?.message));
      recorder.start(opened.timesliceMs);
    } catch (error) {
      this.#end(failures.recorderFailed(error.message));
      return;
    }
    this.liveSinceMs = this.#platform.now();
    this.#backlog = new Backlog(this.liveSinceMs);
    this.#become("live");
  }

  #send(chunk) {
    if (this.state !== "live" && this.state !== "stopping") {
      return;
    }
    for (const part of slices(chunk, this.opened.maxMessageBytes)) {
      this.#socket.send(part);
    }
    this.#backlog.sent(chunk.size, this.#platform.now());
    if (this.waitingMs > MOST_WAITING_MS) {
      this.#end(failures.networkTooSlow(MOST_WAITING_MS / 1000));
    }
  }

  #trackEnded(track) {
    if (this.state === "connecting") {
      this.#end(failures.trackLost(track.kind));
    } else if (this.state === "live") {
      this.#finish(failures.trackLost(track.kind));
    }
  }

  #finish(failure) {
    this.#stoppedBy = failure;
    this.#failAfter(RECORDER_DEADLINE_MS, failures.recorderFailed);
    this.#become("stopping");
    if (this.#recorder.state !== "inactive") {
      this.#recorder.stop();
    }
  }

  /** The recorder's last chunk comes before this event, so the word `stop` leaves after the last byte of media. */
  #recorderStopped() {
    if (this.state === "live") {
      // Nobody asked: every track has ended.
      this.#finish(failures.trackLost(this.#video ? "video" : "audio"));
    }
    if (this.state === "stopping") {
      this.#failAfter(END_DEADLINE_MS, failures.unconfirmed);
      this.#say(stop());
    }
  }

  #closed({ code, reason }) {
    if (isOver(this.state)) {
      return;
    }
    if (code >= 4000) {
      this.#end(failures.refused(code, reason));
    } else if (this.state === "connecting") {
      this.#end(failures.unreachable());
    } else {
      this.#end(this.state === "stopping" ? failures.unconfirmed() : failures.connectionLost());
    }
  }

  #say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #failAfter(ms, failure) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#end(failure()), ms);
  }

  #end(failure) {
    clearTimeout(this.#deadline);
    this.#listening.abort();
    this.failure = failure;
    this.#become(failure ? "failed" : "ended");
    if (this.#recorder && this.#recorder.state !== "inactive") {
      this.#recorder.stop();
    }
    this.#socket?.close(NORMAL_CLOSE);
  }

  #become(state) {
    this.state = step(this.state, state);
    this.dispatchEvent(new Event("state"));
  }
}
