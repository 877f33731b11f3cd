package io.sluice.gateway.server;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * The bounds of what is not a stream yet.
 *
 * @param maxConnections how many there may be at once, streams included
 * @param handshakeTimeout from a connection to its complete HTTP request
 */
public record ConnectionLimits(int maxConnections, Duration handshakeTimeout) {

    /** For the JVM's own files, and for those who are let in to be told that there is no room. */
    private static final int SPARE_DESCRIPTORS = 256;

    /** The same, with no more connections than there can be. */
    ConnectionLimits within(OptionalLong descriptors) {
        long possible = Math.max(1, descriptors.orElse(Integer.MAX_VALUE) - SPARE_DESCRIPTORS);
        return new ConnectionLimits((int) Math.min(maxConnections, possible), handshakeTimeout);
    }
}
