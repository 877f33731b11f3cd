package io.sluice.protocol;

/**
 * The gateway is about to leave: the stream goes on until then, and is ended in order at that time if it has not come to its end by itself. Sent
 * once, and only to a client whose {@link Open} says that it understands.
 *
 * @param endsInMs how long the stream has left, in milliseconds; the gateway may be told to hurry
 */
public record Draining(long endsInMs) implements ServerMessage {
    @Override
    public String type() {
        return "draining";
    }
}
