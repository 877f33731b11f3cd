// Two ways to play HLS in a page: Media Source Extensions through hls.js, or the browser itself.

const HLS_TYPE = "application/vnd.apple.mpegurl";

const SETTINGS = {
  // Its worker would come from a blob: address, which the page's Content-Security-Policy does not allow.
  enableWorker: false,
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 6,
  maxLiveSyncPlaybackRate: 1.1,
  liveDurationInfinity: true,
  backBufferLength: 30,
};

/**
 * @typedef {object} Player
 * @property {() => number | undefined} delayMs behind the newest media, as far as it is known
 * @property {() => void} toLiveEdge
 * @property {() => void} destroy
 *
 * @typedef {(video: HTMLVideoElement, playlist: string, onLost: () => void) => Player} Start `onLost` is called when
 *   the player cannot go on by itself
 */

/** @type {(Hls: typeof import("hls.js").default) => Start} */
const throughMediaSource = (Hls) => (video, playlist, onLost) => {
  const hls = new Hls(SETTINGS);
  let repairs = 0;
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
    if (!fatal) {
      return;
    }
    // A decoder that choked is worth one new start in place; more would loop over the same media.
    if (type === Hls.ErrorTypes.MEDIA_ERROR && repairs++ === 0) {
      hls.recoverMediaError();
    } else {
      onLost();
    }
  });
  hls.loadSource(playlist);
  hls.attachMedia(video);
  return {
    delayMs: () => (hls.latency > 0 ? hls.latency * 1000 : undefined),
    toLiveEdge: () => {
      // The place to start from lies farther back than where a smooth connection has got to.
      video.currentTime = Math.max(video.currentTime, hls.liveSyncPosition ?? 0);
    },
    destroy: () => hls.destroy(),
  };
};

/** @type {Start} */
const natively = (video, playlist, onLost) => {
  const end = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : NaN);
  video.addEventListener("error", onLost);
  video.src = playlist;
  return {
    delayMs: () => (Number.isFinite(end()) ? (end() - video.currentTime) * 1000 : undefined),
    toLiveEdge: () => {
      video.currentTime = Number.isFinite(end()) ? end() : video.currentTime;
    },
    destroy: () => {
      video.removeEventListener("error", onLost);
      video.removeAttribute("src");
      video.load();
    },
  };
};

/**
 * Media Source first, even where the browser plays HLS itself: Chromium 156 then starts 2.6 s farther behind, does not
 * say how far, and cannot be sent to the live edge. What is left for the browser itself is the iPhone before iOS 17.1.
 *
 * @param {HTMLVideoElement} video
 * @param {() => Promise<{default: any}>} [load]
 * @returns {Promise<Start | null>} null where this browser plays no HLS either way
 */
export async function chooseStart(video, load = () => import(/** @type {any} */ ("./hls.js"))) {
  const { default: Hls } = await load();
  if (Hls.isSupported()) {
    return throughMediaSource(Hls);
  }
  return video.canPlayType(HLS_TYPE) === "" ? null : natively;
}
