package io.sluice.gateway.access;

import io.sluice.protocol.StreamKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An authorizer's answer. */
public sealed interface Authorization {

    /**
     * The client may publish.
     *
     * @param publishUrls where to: RTMP or RTMPS URLs, used as they are; if empty, the gateway's configured outputs
     * @param streamKey under which key, if not the one that the client gave: what it gave may be a token
     * @param expiresAt until when: a stream that still lives then is ended in order; null for no end
     * @param maxBitsPerSecond what the client is told to stay below and held to, if that is less than the gateway's own limit; null for no limit
     *     of its own
     */
    record Allowed(
            List<String> publishUrls,
            @Nullable StreamKey streamKey,
            @Nullable Instant expiresAt,
            @Nullable Integer maxBitsPerSecond)
            implements Authorization {

        /**
         * Copies the list.
         *
         * @param publishUrls where to
         * @param streamKey under which key
         * @param expiresAt until when
         * @param maxBitsPerSecond how much
         */
        public Allowed {
            publishUrls = List.copyOf(publishUrls);
        }

        /**
         * Without an end and without limits.
         *
         * @param publishUrls where to
         */
        public Allowed(List<String> publishUrls) {
            this(publishUrls, null, null, null);
        }

        /** The URLs hold secrets. */
        @Override
        public String toString() {
            return "Allowed[" + publishUrls.size() + " URLs, until " + expiresAt + "]";
        }
    }

    /**
     * The client may not publish.
     *
     * @param reason words for the client; they must hold no secret
     */
    record Denied(String reason) implements Authorization {}

    /**
     * Allows publishing to the gateway's configured outputs.
     *
     * @return the answer
     */
    static Authorization allow() {
        return new Allowed(List.of());
    }

    /**
     * Allows publishing to these outputs instead of the configured ones.
     *
     * @param publishUrls RTMP or RTMPS URLs, complete, with whatever key the receiver wants
     * @return the answer
     */
    static Authorization allow(List<String> publishUrls) {
        return new Allowed(publishUrls);
    }

    /**
     * Refuses.
     *
     * @param reason words for the client
     * @return the answer
     */
    static Authorization deny(String reason) {
        return new Denied(reason);
    }
}
