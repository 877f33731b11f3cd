package io.sluice.gateway.session;

import java.util.List;

/** An authorizer's answer. */
public sealed interface Authorization {

    /**
     * The client may publish.
     *
     * @param publishUrls where to: RTMP or RTMPS URLs, used as they are; if empty, the gateway's configured outputs
     */
    record Allowed(List<String> publishUrls) implements Authorization {

        /**
         * Copies the list.
         *
         * @param publishUrls where to
         */
        public Allowed {
            publishUrls = List.copyOf(publishUrls);
        }

        /** The URLs hold secrets. */
        @Override
        public String toString() {
            return "Allowed[" + publishUrls.size() + " URLs]";
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
