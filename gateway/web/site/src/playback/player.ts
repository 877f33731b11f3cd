import type HlsPlayer from "hls.js";

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

export interface Player {
  /** When the picture on show was taken, on the gateway's clock (EXT-X-PROGRAM-DATE-TIME); undefined where unknown. */
  takenAtMs(): number | undefined;
  toLiveEdge(): void;
  destroy(): void;
}

/** `onLost` is called when the player cannot go on by itself. */
export type Start = (video: HTMLVideoElement, playlist: string, onLost: () => void) => Player;

type Hls = typeof HlsPlayer;

const known = (ms: number | undefined) =>
  ms !== undefined && Number.isFinite(ms) ? ms : undefined;

const throughMediaSource =
  (Hls: Hls): Start =>
  (video, playlist, onLost) => {
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
      takenAtMs: () => known(hls.playingDate?.getTime()),
      toLiveEdge: () => {
        // The place to start from lies farther back than where a smooth connection has got to.
        video.currentTime = Math.max(video.currentTime, hls.liveSyncPosition ?? 0);
      },
      destroy: () => hls.destroy(),
    };
  };

/** What Safari adds to a video that it plays from HLS. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

const natively: Start = (video: DatedVideo, playlist, onLost) => {
  const end = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : NaN);
  video.addEventListener("error", onLost);
  video.src = playlist;
  return {
    takenAtMs: () => {
      const start = video.getStartDate?.().getTime();
      return known(start === undefined ? undefined : start + video.currentTime * 1_000);
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
 * Media Source first, even where the browser plays HLS itself: Chromium 156 then starts 2.6 s farther behind, does not
 * say how far, and cannot be sent to the live edge. What is left for the browser itself is the iPhone before iOS 17.1.
 *
 * @returns null where this browser plays no HLS either way
 */
export async function chooseStart(
  video: Pick<HTMLVideoElement, "canPlayType">,
  load = loadHls,
): Promise<Start | null> {
  const { default: Hls } = await load();
  if (Hls.isSupported()) {
    return throughMediaSource(Hls);
  }
  return video.canPlayType(HLS_TYPE) === "" ? null : natively;
}
