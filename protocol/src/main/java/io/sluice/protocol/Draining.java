package io.sluice.protocol;

/**
 * The gateway is shutting down: the stream continues for now and is ended gracefully when the time is up, unless it
 * ends before. Sent once, and only to a client that {@linkplain ClientFeature#DRAINING understands it}.
 *
 * @param endsInMs how long the stream may continue, in milliseconds; an operator can shorten it
 */
public record Draining(long endsInMs) implements ServerMessage {
    @Override
    public String type() {
        return "draining";
    }
}
