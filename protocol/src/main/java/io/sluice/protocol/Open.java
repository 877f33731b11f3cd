package io.sluice.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's first message: what it wants to publish and in which formats it can.
 *
 * @param streamKey the key as sent, not yet checked; null if it stands in the URL instead
 * @param offers media types as sent, not yet parsed, the client's favourite first
 * @param video what the video track will be like, as far as the client knows
 * @param audio what the audio track will be like, as far as the client knows
 */
public record Open(
        @Nullable String streamKey,
        List<String> offers,
        @Nullable VideoSettings video,
        @Nullable AudioSettings audio) implements ClientMessage {

    /** The most offers in one message. */
    public static final int MAX_OFFERS = 64;

    /**
     * Copies the offers, so that the message cannot change.
     *
     * @param streamKey the key as sent, or null
     * @param offers copied
     * @param video the video track's settings, or null
     * @param audio the audio track's settings, or null
     */
    public Open {
        offers = List.copyOf(offers);
    }

    @Override
    public String type() {
        return "open";
    }

    /**
     * A form that is fit for logs: the key is redacted.
     *
     * @return all components, the key as {@link StreamKey#toString()} shows it
     */
    @Override
    public String toString() {
        String key =
                streamKey == null ? "none" : StreamKey.parse(streamKey).fold(StreamKey::toString, failure -> "invalid");
        return "Open[streamKey=" + key + ", offers=" + offers + ", video=" + video + ", audio=" + audio + "]";
    }
}
