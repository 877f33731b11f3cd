package io.sluice.gateway.websocket;

import io.sluice.gateway.access.Peer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as the client sent it to the first trusted proxy.
 *
 * @param peer the client
 * @param scheme {@code https} or {@code http}; null if unknown
 * @param authority the host and port that the client addressed; null if it sent none, or several
 * @param origins the values of all {@code Origin} headers
 */
record ClientRequest(
        Peer peer, @Nullable String scheme, @Nullable String authority, List<String> origins) {}
