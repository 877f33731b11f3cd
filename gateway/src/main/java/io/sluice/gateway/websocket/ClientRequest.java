package io.sluice.gateway.websocket;

import io.sluice.gateway.access.Peer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as its sender made it, before any trusted proxy.
 *
 * @param peer who sent it
 * @param scheme {@code https} or {@code http}; null if that is not known
 * @param authority host and port as the sender wrote them; null if it named none, or several
 * @param origins every {@code Origin} header
 */
record ClientRequest(
        Peer peer, @Nullable String scheme, @Nullable String authority, List<String> origins) {}
