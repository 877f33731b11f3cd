// What the browser would be, scripted from outside: a test says what happens and reads what was done.

export class ScriptedTrack extends EventTarget {
  constructor(kind, settings = {}) {
    super();
    this.kind = kind;
    this.getSettings = () => settings;
  }

  unplug() {
    this.dispatchEvent(new Event("ended"));
  }
}

export class ScriptedSource {
  constructor(...tracks) {
    this.tracks = tracks;
  }

  getTracks() {
    return this.tracks;
  }

  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === "video");
  }

  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === "audio");
  }
}

class ScriptedSocket {
  bufferedAmount = 0;
  /** Texts parsed, blobs as they are, in the order of sending. */
  sent = [];
  closedWith = null;

  constructor(url, protocol) {
    this.url = url;
    this.protocol = protocol;
  }

  send(data) {
    this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
  }

  close(code) {
    this.closedWith = code;
  }

  says(message) {
    this.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
}

class ScriptedRecorder {
  state = "inactive";
  mimeType = "";

  constructor(options) {
    this.options = options;
  }

  start(timesliceMs) {
    this.timesliceMs = timesliceMs;
    this.mimeType = "video/x-matroska;codecs=avc1,opus";
    this.state = "recording";
  }

  gives(text) {
    this.ondataavailable({ data: new Blob([text]) });
  }

  /** As the real one does, it hands over the rest and says so later. */
  stop() {
    this.state = "inactive";
    this.stopAsked = true;
  }

  isThrough(lastText) {
    this.gives(lastText);
    this.onstop();
  }
}

export class ScriptedPlatform {
  nowMs = 1_000;

  connect = (url, protocol) => (this.socket = new ScriptedSocket(url, protocol));
  record = (_, options) => (this.recorder = new ScriptedRecorder(options));
  isTypeSupported = (mimeType) =>
    mimeType.startsWith("video/webm") || mimeType.startsWith("audio/");
  now = () => this.nowMs;
}

export class ScriptedVideo extends EventTarget {
  currentTime = 0;
  paused = false;

  play() {
    return Promise.resolve();
  }
}
