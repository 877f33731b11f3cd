package io.sluice.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's first message: what it wants to publish, and in which formats it can.
 *
 * @param streamKey the key as sent, not yet validated; null if it is in the URL instead
 * @param offers media types as sent, not yet parsed, in order of preference
 * @param video the expected properties of the video track; null if unknown
 * @param audio the expected properties of the audio track; null if unknown
 * @param token a bearer token that authorizes the client, if the key alone does not; null if there is none
 * @param progressIntervalMs the requested interval of {@link Progress}, in milliseconds, from
 *     {@value #MIN_PROGRESS_INTERVAL_MS} to {@value #MAX_PROGRESS_INTERVAL_MS}; null for the default
 * @param draining whether the client understands {@link Draining}, which older clients would reject as unknown
 */
public record Open(
        @Nullable String streamKey,
        List<String> offers,
        @Nullable VideoSettings video,
        @Nullable AudioSettings audio,
        @Nullable String token,
        @Nullable Integer progressIntervalMs,
        boolean draining)
        implements ClientMessage {

    /** The largest number of offers in one message. */
    public static final int MAX_OFFERS = 64;

    /** The shortest progress interval that a client may request, in milliseconds; each report costs the gateway. */
    public static final int MIN_PROGRESS_INTERVAL_MS = 100;

    /** The longest progress interval that a client may request, in milliseconds. */
    public static final int MAX_PROGRESS_INTERVAL_MS = 10_000;

    /** The progress interval for a client that does not request one. */
    public static final Duration DEFAULT_PROGRESS_INTERVAL = Duration.ofSeconds(1);

    /**
     * Copies the offers, so that the message is immutable.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     * @param token a secret, or null
     * @param progressIntervalMs the requested interval, or null
     * @param draining whether the client understands {@link Draining}
     */
    public Open {
        offers = List.copyOf(offers);
    }

    /**
     * A message without a token, with the default progress interval, from a client that does not know {@link Draining}.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     */
    public Open(
            @Nullable String streamKey,
            List<String> offers,
            @Nullable VideoSettings video,
            @Nullable AudioSettings audio) {
        this(streamKey, offers, video, audio, null, null, false);
    }

    /**
     * A message from a client that does not know {@link Draining}.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     * @param token a secret, or null
     * @param progressIntervalMs the requested interval, or null
     */
    public Open(
            @Nullable String streamKey,
            List<String> offers,
            @Nullable VideoSettings video,
            @Nullable AudioSettings audio,
            @Nullable String token,
            @Nullable Integer progressIntervalMs) {
        this(streamKey, offers, video, audio, token, progressIntervalMs, false);
    }

    /**
     * The interval between progress messages.
     *
     * @return the requested interval, or the default
     */
    public Duration progressInterval() {
        return progressIntervalMs == null ? DEFAULT_PROGRESS_INTERVAL : Duration.ofMillis(progressIntervalMs);
    }

    @Override
    public String type() {
        return "open";
    }

    /**
     * A form for logs: the key is redacted and the token omitted.
     *
     * @return the components, with the key as in {@link StreamKey#toString()}
     */
    @Override
    public String toString() {
        String key =
                streamKey == null ? "none" : StreamKey.parse(streamKey).fold(StreamKey::toString, failure -> "invalid");
        return "Open[streamKey=" + key + ", offers=" + offers + ", video=" + video + ", audio=" + audio
                + ", progressIntervalMs=" + progressIntervalMs + ", draining=" + draining + "]";
    }
}
