package io.sluice.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's first message: what it wants to publish and in which formats it can.
 *
 * @param streamKey the key as sent, not yet checked; null if it stands in the URL instead
 * @param offers media types as sent, not yet parsed, the client's favourite first
 * @param video what the video track will be like, as far as the client knows
 * @param audio what the audio track will be like, as far as the client knows
 * @param token what shows that the client may publish, if the key alone does not; null if there is none
 * @param progressIntervalMs how often the client wants {@link Progress}, in milliseconds, from
 *     {@value #MIN_PROGRESS_INTERVAL_MS} to {@value #MAX_PROGRESS_INTERVAL_MS}; null if it does not mind
 * @param draining whether the client understands {@link Draining}, which would be an unknown message to one that does not
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

    /** The most offers in one message. */
    public static final int MAX_OFFERS = 64;

    /** The shortest time between two reports that a client may ask for, in milliseconds: each one costs the gateway. */
    public static final int MIN_PROGRESS_INTERVAL_MS = 100;

    /** The longest time between two reports that a client may ask for, in milliseconds. */
    public static final int MAX_PROGRESS_INTERVAL_MS = 10_000;

    /** The time between two reports to a client that does not ask. */
    public static final Duration DEFAULT_PROGRESS_INTERVAL = Duration.ofSeconds(1);

    /**
     * Copies the offers, so that the message cannot change.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     * @param token a secret, or null
     * @param progressIntervalMs the wanted time between two reports, or null
     * @param draining whether the client understands that message
     */
    public Open {
        offers = List.copyOf(offers);
    }

    /**
     * A message that needs no more than its key.
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
     * A message of a client that does not understand {@link Draining}.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     * @param token a secret, or null
     * @param progressIntervalMs the wanted time between two reports, or null
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
     * How often the client is to be told of its stream's progress.
     *
     * @return what it asked for, or the default
     */
    public Duration progressInterval() {
        return progressIntervalMs == null ? DEFAULT_PROGRESS_INTERVAL : Duration.ofMillis(progressIntervalMs);
    }

    @Override
    public String type() {
        return "open";
    }

    /**
     * A form that is fit for logs: the key is redacted, and the token left out.
     *
     * @return the components, the key as {@link StreamKey#toString()} shows it
     */
    @Override
    public String toString() {
        String key =
                streamKey == null ? "none" : StreamKey.parse(streamKey).fold(StreamKey::toString, failure -> "invalid");
        return "Open[streamKey=" + key + ", offers=" + offers + ", video=" + video + ", audio=" + audio
                + ", progressIntervalMs=" + progressIntervalMs + ", draining=" + draining + "]";
    }
}
