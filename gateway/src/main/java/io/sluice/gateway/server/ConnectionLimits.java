package io.sluice.gateway.server;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * The limits of connections.
 *
 * @param maxConnections maximum of concurrent connections, streams included
 * @param requestTimeout maximum time from connecting to the complete HTTP request
 */
public record ConnectionLimits(int maxConnections, Duration requestTimeout) {

    /** For the JVM's own files, and for connections above the limit, which get an answer. */
    private static final int SPARE_DESCRIPTORS = 256;

    /** The same limits, with no more connections than the process has descriptors for. */
    ConnectionLimits within(OptionalLong descriptors) {
        long available = Math.max(1, descriptors.orElse(Integer.MAX_VALUE) - SPARE_DESCRIPTORS);
        return new ConnectionLimits((int) Math.min(maxConnections, available), requestTimeout);
    }
}
