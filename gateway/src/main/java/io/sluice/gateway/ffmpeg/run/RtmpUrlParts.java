package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.output.Output.RtmpOutput;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An RTMP URL split the way FFmpeg splits it, so that the part with the key can be passed separately.
 *
 * @param server scheme, credentials if any, host and port; goes into the arguments
 * @param preset FFmpeg options with the rest, one per line
 */
record RtmpUrlParts(String server, String preset) {

    /** Longer values are truncated by FFmpeg in a URL and rejected as options. */
    private static final int MAX_APPLICATION = 127;

    private static final int MAX_PLAY_PATH = 511;

    /** Splits a URL. Empty if FFmpeg would parse it by a special rule, or if it contains only the server. */
    static Optional<RtmpUrlParts> of(RtmpOutput output) {
        String url = output.url();
        int pathAt = url.indexOf('/', url.indexOf("://") + 3);
        if (pathAt < 0
                || url.contains("slist=")
                || !isPlain(url)
                || url.substring(0, pathAt).contains("?")) {
            return Optional.empty();
        }
        String path = url.substring(pathAt + 1);
        int playPathAt = playPathAt(path);
        String application = playPathAt < 0 ? path : path.substring(0, playPathAt - 1);
        String playPath = playPathAt < 0 ? "" : withTypePrefix(path.substring(playPathAt));
        if (application.isEmpty() || application.length() > MAX_APPLICATION || playPath.length() > MAX_PLAY_PATH) {
            return Optional.empty();
        }
        return Optional.of(new RtmpUrlParts(
                url.substring(0, pathAt + 1),
                "rtmp_app=" + application + (playPath.isEmpty() ? "" : "\nrtmp_playpath=" + playPath)));
    }

    /** Whether it is printable ASCII; anything else might be altered by the environment or end a line. */
    private static boolean isPlain(String url) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(url)
                && url.chars().noneMatch(c -> c <= ' ' || c == 127);
    }

    /**
     * The application has two segments if the path has three, unless a colon marks the play path earlier. Negative if
     * there is no play path.
     */
    private static int playPathAt(String path) {
        int first = path.indexOf('/');
        if (first < 0 || path.startsWith("ondemand/")) {
            return first < 0 ? -1 : first + 1;
        }
        int second = path.indexOf('/', first + 1);
        int colon = path.indexOf(':', first + 1);
        return second < 0 || (colon >= 0 && colon < second) ? first + 1 : second + 1;
    }

    private static String withTypePrefix(String playPath) {
        if (playPath.endsWith(".flv")) {
            return playPath.substring(0, playPath.length() - ".flv".length());
        }
        boolean mp4 = playPath.endsWith(".f4v") || playPath.endsWith(".mp4");
        return mp4 && !playPath.contains(":") ? "mp4:" + playPath : playPath;
    }
}
