package io.sluice.protocol;

/** What a client says in a text frame. */
public sealed interface ClientMessage permits Open, Stop {

    /**
     * The name on the wire.
     *
     * @return the value of the {@code type} field
     */
    String type();
}
