package io.sluice.protocol;

/** A control message from a client, sent in a text frame. */
public sealed interface ClientMessage permits Open, Resume, Stop {

    /**
     * The name on the wire.
     *
     * @return the value of the {@code type} field
     */
    String type();
}
