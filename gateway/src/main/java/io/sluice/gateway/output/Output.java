package io.sluice.gateway.output;

import java.nio.file.Path;
import java.util.Locale;

/** One destination of a stream. */
public sealed interface Output {

    /**
     * A live RTMP or RTMPS publication.
     *
     * @param url the complete URL including the stream key, as passed to FFmpeg
     * @param enhanced whether the server accepts Enhanced RTMP: HEVC, AV1, VP9 and Opus as well as H.264 and AAC
     */
    record RtmpOutput(String url, boolean enhanced) implements Output {

        /**
         * Checks the scheme and writes it in lower case.
         *
         * @param url the complete URL, starting with rtmp:// or rtmps://
         * @param enhanced whether the server accepts Enhanced RTMP
         * @throws IllegalArgumentException for any other scheme
         */
        public RtmpOutput {
            // FFmpeg does not know RTMP://.
            int colon = Math.max(0, url.indexOf(':'));
            url = url.substring(0, colon).toLowerCase(Locale.ROOT) + url.substring(colon);
            // FFmpeg would interpret anything else as a file or another protocol.
            if (!url.startsWith("rtmp://") && !url.startsWith("rtmps://")) {
                throw new IllegalArgumentException("An RTMP output's URL must start with rtmp:// or rtmps://.");
            }
        }

        /**
         * The URL's scheme.
         *
         * @return {@code rtmp} or {@code rtmps}
         */
        public String scheme() {
            return url.substring(0, url.indexOf(':'));
        }

        /** Shows only the server; the rest may be secret. */
        @Override
        public String toString() {
            return redacted(url) + (enhanced ? " (enhanced)" : "");
        }

        /**
         * A URL without its secrets.
         *
         * @param url an RTMP or RTMPS URL
         * @return scheme, host and port; only the scheme if the rest cannot be parsed
         */
        public static String redacted(String url) {
            try {
                return RtmpUrl.parse(url).toString();
            } catch (IllegalArgumentException e) {
                // Keys may contain characters that are invalid in a URI; then only the scheme is shown.
            }
            return url.substring(0, url.indexOf(':')) + "://…";
        }
    }

    /**
     * A live HLS playlist, {@code index.m3u8}, with its segments; segments that leave the playlist are deleted.
     *
     * @param directory an existing directory used by this stream only; FFmpeg must be started in it
     */
    record HlsOutput(Path directory) implements Output {

        /** The playlist's name in the directory. It is written again with each segment. */
        public static final String PLAYLIST = "index.m3u8";

        /** Hides the directory's name, which may be the stream key. */
        @Override
        public String toString() {
            return "HLS";
        }
    }
}
