package io.sluice.e2e.wire;

import java.nio.ByteBuffer;

/** What the gateway sent, and how the connection ended. */
public sealed interface Incoming {

    /** A whole text message. */
    record Text(String text) implements Incoming {}

    /** A binary message, which the gateway never has a reason to send. */
    record Binary(ByteBuffer payload) implements Incoming {}

    /** A ping, already answered. */
    record Ping() implements Incoming {}

    /** The answer to a ping. */
    record Pong(ByteBuffer payload) implements Incoming {}

    /** A close frame; {@code code} is 1005 if it had none, as in RFC 6455. */
    record Close(int code, String reason) implements Incoming {}

    /** The end of the TCP connection: always the last of all. */
    record Gone(String how) implements Incoming {}
}
