package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The right to continue a stream over another connection.
 *
 * @param token a secret that continues this stream and nothing else; the same for its whole life
 * @param windowMs how long the gateway waits for the client after a connection is lost, in milliseconds
 * @param maxKeptBytes how much unconfirmed media a client that is away should keep at most, in bytes
 * @param query to be added to the query of the address that the client connects to, so that the connection is led to
 *     the right gateway; null if there is no need
 */
public record ResumeGrant(
        String token,
        long windowMs,
        long maxKeptBytes,
        @Nullable String query) {

    /**
     * A form for logs.
     *
     * @return the components without the token
     */
    @Override
    public String toString() {
        return "ResumeGrant[windowMs=" + windowMs + ", maxKeptBytes=" + maxKeptBytes + ", query=" + query + "]";
    }
}
