package io.sluice.gateway.output;

import io.sluice.gateway.output.Output.RtmpOutput;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An RTMP URL taken apart as FFmpeg itself takes it apart, so that the part with the key can be handed over by itself.
 *
 * @param server scheme, credentials if any, host, port and nothing else; what stands in the arguments
 * @param preset the options that say the rest, one a line
 */
public record RtmpTarget(String server, String preset) {

    /** Where FFmpeg cuts a URL's application and play path off, or refuses them as options. */
    private static final int MAX_APPLICATION = 127;

    private static final int MAX_PLAY_PATH = 511;

    /** Empty for a URL that FFmpeg reads by a rule of its own, or that holds no more than the server. */
    public static Optional<RtmpTarget> of(RtmpOutput output) {
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
        String playPath = playPathAt < 0 ? "" : withKind(path.substring(playPathAt));
        if (application.isEmpty() || application.length() > MAX_APPLICATION || playPath.length() > MAX_PLAY_PATH) {
            return Optional.empty();
        }
        return Optional.of(new RtmpTarget(
                url.substring(0, pathAt + 1),
                "rtmp_app=" + application + (playPath.isEmpty() ? "" : "\nrtmp_playpath=" + playPath)));
    }

    /** Printable ASCII: anything else might change on its way through the environment, or end a line. */
    private static boolean isPlain(String url) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(url)
                && url.chars().noneMatch(c -> c <= ' ' || c == 127);
    }

    /** The application has two segments if there are three, unless a colon says that the play path has begun. Negative without one. */
    private static int playPathAt(String path) {
        int first = path.indexOf('/');
        if (first < 0 || path.startsWith("ondemand/")) {
            return first < 0 ? -1 : first + 1;
        }
        int second = path.indexOf('/', first + 1);
        int colon = path.indexOf(':', first + 1);
        return second < 0 || (colon >= 0 && colon < second) ? first + 1 : second + 1;
    }

    private static String withKind(String playPath) {
        if (playPath.endsWith(".flv")) {
            return playPath.substring(0, playPath.length() - ".flv".length());
        }
        boolean mp4 = playPath.endsWith(".f4v") || playPath.endsWith(".mp4");
        return mp4 && !playPath.contains(":") ? "mp4:" + playPath : playPath;
    }
}
