// What a page may offer the gateway: every type of this list that the browser at hand can record.

// H.264 first, because RTMP takes it as it is; then what must be transcoded, cheapest to decode first; MP4 last,
// because a browser writes it one whole keyframe interval at a time. Plain `h264` stands before `avc1.42E01F`: a named
// level binds the encoder (3.1 ends at 720p), an unnamed one lets it take what the picture needs.
/** @type {[container: string, videoCodecs: string[], audioCodecs: string[]][]} */
const VIDEO = [
  ["video/webm", ["h264", "avc1.42E01F"], ["opus"]],
  ["video/x-matroska", ["avc1"], ["opus"]],
  ["video/webm", ["vp8", "vp9", "av1"], ["opus"]],
  ["video/mp4", ["avc1.640028", "avc1.42E01F"], ["mp4a.40.2", "opus"]],
  ["video/mp4", ["vp9", "av01.0.05M.08"], ["opus"]],
];

/** @type {[container: string, audioCodecs: string[]][]} */
const AUDIO = [
  ["audio/webm", ["opus"]],
  ["audio/mp4", ["mp4a.40.2", "opus"]],
  ["audio/ogg", ["opus"]],
];

/** The commas in a codec list make it a quoted string (RFC 9110, 5.6.6). */
const mimeType = (container, ...codecs) => `${container};codecs="${codecs.join(",")}"`;

function candidates(hasVideo, hasAudio) {
  if (hasVideo && hasAudio) {
    return VIDEO.flatMap(([container, videos, audios]) =>
      videos.flatMap((video) => audios.map((audio) => mimeType(container, video, audio))),
    );
  }
  if (hasVideo) {
    return VIDEO.flatMap(([container, videos]) =>
      videos.map((video) => mimeType(container, video)),
    );
  }
  return hasAudio
    ? AUDIO.flatMap(([container, audios]) => audios.map((audio) => mimeType(container, audio)))
    : [];
}

/**
 * @param {{hasVideo: boolean, hasAudio: boolean}} tracks what there is to record
 * @param {(mimeType: string) => boolean} isTypeSupported `MediaRecorder.isTypeSupported`
 * @returns {string[]} MIME types, best first; empty when nothing can be recorded
 */
export function offersFor({ hasVideo, hasAudio }, isTypeSupported) {
  return [...new Set(candidates(hasVideo, hasAudio))].filter((type) => isTypeSupported(type));
}
