package io.sluice.protocol;

/** A control message from the gateway, sent in a text frame. */
public sealed interface ServerMessage
        permits Opened, Resumed, Progress, Output, KeyFrame, Warning, Draining, Ended, Failed {

    /**
     * The name on the wire.
     *
     * @return the value of the {@code type} field
     */
    String type();
}
