package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.gateway.output.RtmpUrl;
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
        int pathAt = RtmpUrl.pathAt(url);
        if (pathAt == url.length()
                || RtmpUrl.brokenRule(url).isPresent()
                || !isPlain(url)
                || url.substring(0, pathAt).contains("?")) {
            return Optional.empty();
        }
        String application = RtmpUrl.applicationOf(url);
        String playPath = withTypePrefix(RtmpUrl.playPathOf(url));
        if (application.isEmpty() || application.length() > MAX_APPLICATION || playPath.length() > MAX_PLAY_PATH) {
            return Optional.empty();
        }
        return Optional.of(new RtmpUrlParts(
                url.substring(0, pathAt),
                "rtmp_app=" + application + (playPath.isEmpty() ? "" : "\nrtmp_playpath=" + playPath)));
    }

    /** Whether it is printable ASCII; anything else might be altered by the environment or end a line. */
    private static boolean isPlain(String url) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(url)
                && url.chars().noneMatch(c -> c <= ' ' || c == 127);
    }

    private static String withTypePrefix(String playPath) {
        if (playPath.endsWith(".flv")) {
            return playPath.substring(0, playPath.length() - ".flv".length());
        }
        boolean mp4 = playPath.endsWith(".f4v") || playPath.endsWith(".mp4");
        return mp4 && !playPath.contains(":") ? "mp4:" + playPath : playPath;
    }
}
