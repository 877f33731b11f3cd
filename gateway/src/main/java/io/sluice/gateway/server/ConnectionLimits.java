package io.sluice.gateway.server;

import java.time.Duration;

/**
 * The limits of a listener's connections.
 *
 * @param maxConnections maximum of concurrent connections, streams included
 * @param maxPerAddress maximum of concurrent connections per client address; an IPv6 /64 network counts as one address
 * @param requestTimeout maximum time from connecting to the complete HTTP request
 * @param writeTimeout a client that takes less than a minimum of its answer in this time is disconnected
 */
public record ConnectionLimits(int maxConnections, int maxPerAddress, Duration requestTimeout, Duration writeTimeout) {}
