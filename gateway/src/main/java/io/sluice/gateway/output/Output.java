package io.sluice.gateway.output;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;

/** Where a stream goes. */
public sealed interface Output {

    /**
     * A live RTMP or RTMPS publication.
     *
     * @param url the whole URL, stream key included, as it is handed to FFmpeg
     * @param enhanced whether the server takes Enhanced RTMP, that is HEVC, AV1, VP9 and Opus besides H.264 and AAC
     */
    record RtmpOutput(String url, boolean enhanced) implements Output {

        /**
         * Refuses other schemes, by an {@link IllegalArgumentException}.
         *
         * @param url the whole URL, starting with rtmp:// or rtmps://
         * @param enhanced whether the server takes Enhanced RTMP
         */
        public RtmpOutput {
            // FFmpeg would take anything else for a file or another protocol.
            if (!url.regionMatches(true, 0, "rtmp://", 0, 7) && !url.regionMatches(true, 0, "rtmps://", 0, 8)) {
                throw new IllegalArgumentException("An RTMP output's URL starts with rtmp:// or rtmps://.");
            }
        }

        public String scheme() {
            return url.substring(0, url.indexOf(':')).toLowerCase(Locale.ROOT);
        }

        /** Shows the server only; the rest may be secret. */
        @Override
        public String toString() {
            return redacted(url) + (enhanced ? " (enhanced)" : "");
        }

        /** Scheme, host and port. */
        public static String redacted(String url) {
            try {
                URI uri = new URI(url);
                if (uri.getHost() != null) {
                    return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                            + "/…";
                }
            } catch (URISyntaxException e) {
                // Keys may hold characters that no URI may; then the scheme has to do.
            }
            return url.substring(0, url.indexOf(':')) + "://…";
        }
    }

    /**
     * A live HLS playlist, {@code index.m3u8}, with its segments, which are deleted when they have left the playlist.
     *
     * @param directory an existing directory for this stream alone; FFmpeg must be started in it
     */
    record HlsOutput(Path directory) implements Output {

        /** Hides the directory's name, which may be the stream key. */
        @Override
        public String toString() {
            return "HLS";
        }
    }
}
