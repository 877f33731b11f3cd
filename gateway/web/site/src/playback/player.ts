import type HlsPlayer from "hls.js";

// Two ways to play HLS in a page: Media Source Extensions through hls.js, or the browser's own
// player.

const HLS_TYPE = "application/vnd.apple.mpegurl";

const SETTINGS = {
  // Its worker is loaded from a blob: URL, which the page's Content-Security-Policy blocks.
  enableWorker: false,
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 6,
  maxLiveSyncPlaybackRate: 1.1,
  liveDurationInfinity: true,
  backBufferLength: 30,
};

export interface Player {
  /**
   * When the displayed frame was captured, on the gateway's clock (EXT-X-PROGRAM-DATE-TIME);
   * undefined if unknown.
   */
  capturedAtMs(): number | undefined;
  toLiveEdge(): void;
  destroy(): void;
}

/** `onLost` is called when the player cannot continue. */
export type StartPlayer = (video: HTMLVideoElement, playlist: string, onLost: () => void) => Player;

type Hls = typeof HlsPlayer;

const finiteOrUndefined = (ms: number | undefined) =>
  ms !== undefined && Number.isFinite(ms) ? ms : undefined;

const startWithHls =
  (Hls: Hls): StartPlayer =>
  (video, playlist, onLost) => {
    const hls = new Hls(SETTINGS);
    let repairs = 0;
    hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
      if (!fatal) {
        return;
      }
      // One recovery in place is worth trying after a decoder error; more would loop over the
      // same media.
      if (type === Hls.ErrorTypes.MEDIA_ERROR && repairs++ === 0) {
        hls.recoverMediaError();
      } else {
        onLost();
      }
    });
    hls.loadSource(playlist);
    hls.attachMedia(video);
    return {
      capturedAtMs: () => finiteOrUndefined(hls.playingDate?.getTime()),
      toLiveEdge: () => {
        // hls.js's live position can lie behind what a good connection has already played.
        video.currentTime = Math.max(video.currentTime, hls.liveSyncPosition ?? 0);
      },
      destroy: () => hls.destroy(),
    };
  };

/** What Safari adds to a video that it plays from HLS. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

const startNatively: StartPlayer = (video: DatedVideo, playlist, onLost) => {
  const end = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : NaN);
  video.addEventListener("error", onLost);
  video.src = playlist;
  return {
    capturedAtMs: () => {
      const start = video.getStartDate?.().getTime();
      return finiteOrUndefined(start === undefined ? undefined : start + video.currentTime * 1_000);
    },
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

const loadHls = () => import("./hls.js");

/**
 * Media Source first, even where the browser plays HLS itself: Chromium 156 then starts 2.6 s
 * farther behind, does not report how far, and cannot seek to the live edge. The browser's own
 * player remains for iPhones before iOS 17.1.
 *
 * @returns null if this browser plays no HLS either way
 */
export async function choosePlayer(
  video: Pick<HTMLVideoElement, "canPlayType">,
  load = loadHls,
): Promise<StartPlayer | null> {
  const { default: Hls } = await load();
  if (Hls.isSupported()) {
    return startWithHls(Hls);
  }
  return video.canPlayType(HLS_TYPE) === "" ? null : startNatively;
}
