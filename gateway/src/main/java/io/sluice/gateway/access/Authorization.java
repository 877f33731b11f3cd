package io.sluice.gateway.access;

import io.sluice.protocol.StreamKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An authorizer's answer. */
public sealed interface Authorization {

    /**
     * The client can publish. Immutable.
     *
     * @param publishUrls complete RTMP or RTMPS URLs to publish to, used verbatim; if empty, the gateway's configured
     *     outputs
     * @param streamKey the stream key to use; null for the one that the client sent, which may have been a token
     * @param expiresAt when the authorization expires: a stream that is still live is ended gracefully; null for never
     * @param maxBitsPerSecond the maximum bit rate, announced to the client and enforced if it is below the gateway's
     *     own limit; null for only the gateway's limit
     * @param requireAllOutputs whether the stream ends when the first of its outputs has failed for good, instead of
     *     the last; null for what the gateway is configured to do
     */
    record Allowed(
            List<String> publishUrls,
            @Nullable StreamKey streamKey,
            @Nullable Instant expiresAt,
            @Nullable Integer maxBitsPerSecond,
            @Nullable Boolean requireAllOutputs)
            implements Authorization {

        /**
         * Copies the list.
         *
         * @param publishUrls the URLs to publish to
         * @param streamKey the stream key, or null
         * @param expiresAt when the authorization expires, or null
         * @param maxBitsPerSecond the maximum bit rate, or null
         * @param requireAllOutputs whether the stream needs all of its outputs, or null
         */
        public Allowed {
            publishUrls = List.copyOf(publishUrls);
        }

        /**
         * An authorization that leaves it to the gateway how many outputs the stream needs.
         *
         * @param publishUrls the URLs to publish to
         * @param streamKey the stream key, or null
         * @param expiresAt when the authorization expires, or null
         * @param maxBitsPerSecond the maximum bit rate, or null
         */
        public Allowed(
                List<String> publishUrls,
                @Nullable StreamKey streamKey,
                @Nullable Instant expiresAt,
                @Nullable Integer maxBitsPerSecond) {
            this(publishUrls, streamKey, expiresAt, maxBitsPerSecond, null);
        }

        /**
         * An authorization that does not expire, without a limit.
         *
         * @param publishUrls the URLs to publish to
         */
        public Allowed(List<String> publishUrls) {
            this(publishUrls, null, null, null);
        }

        /** Omits the URLs and the key, which are secret. */
        @Override
        public String toString() {
            return "Allowed[" + publishUrls.size() + " URLs, until " + expiresAt + "]";
        }
    }

    /**
     * The client cannot publish; it receives {@code not-authorized}.
     *
     * @param reason sent to the client and logged: must not contain secrets
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
     * @param publishUrls complete RTMP or RTMPS URLs, including the key that the server expects
     * @return the answer
     */
    static Authorization allow(List<String> publishUrls) {
        return new Allowed(publishUrls);
    }

    /**
     * Denies publishing.
     *
     * @param reason sent to the client and logged: must not contain secrets
     * @return the answer
     */
    static Authorization deny(String reason) {
        return new Denied(reason);
    }
}
