package io.sluice.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
 * @param features what the client can do or understand beyond the first version of the protocol
 */
public record Open(
        @Nullable String streamKey,
        List<String> offers,
        @Nullable VideoSettings video,
        @Nullable AudioSettings audio,
        @Nullable String token,
        @Nullable Integer progressIntervalMs,
        Set<ClientFeature> features)
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
     * Copies the lists, so that the message is immutable.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     * @param token a secret, or null
     * @param progressIntervalMs the requested interval, or null
     * @param features copied
     */
    public Open {
        offers = List.copyOf(offers);
        features = Set.copyOf(features);
    }

    /**
     * A message without a token, with the default progress interval, from a client of the first version.
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
        this(streamKey, offers, video, audio, null, null, Set.of());
    }

    /**
     * A message from a client of the protocol's first version.
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
        this(streamKey, offers, video, audio, token, progressIntervalMs, Set.of());
    }

    /**
     * Whether the client has a feature.
     *
     * @param feature the feature
     * @return true if it said so
     */
    public boolean has(ClientFeature feature) {
        return features.contains(feature);
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
                + ", progressIntervalMs=" + progressIntervalMs + ", features=" + new TreeSet<>(features) + "]";
    }
}
