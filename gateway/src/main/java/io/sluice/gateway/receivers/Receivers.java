package io.sluice.gateway.receivers;

import io.sluice.gateway.output.Output.RtmpOutput;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Which RTMP servers are away. One per gateway: streams to the same scheme, host and port share what is known, and one
 * probe. Thread-safe, without waiting.
 */
public final class Receivers implements AutoCloseable {

    /**
     * Creates a table that knows nothing yet.
     *
     * @param environment that of FFmpeg: servers that it reaches through a proxy are not probed
     */
    public Receivers(Map<String, String> environment) {}

    /**
     * Waits until a run for an output may be started.
     *
     * @param output the output
     * @return completes immediately, on the subscriber's thread, if its server is not known to be away; otherwise after
     *     a probe has found it back or a run went live, and a random time of at most two seconds, on any thread. Never
     *     an error, and no signal after {@link #close}. Cancelling it is safe at any time
     */
    public Mono<Void> whenAvailable(RtmpOutput output) {
        return Mono.empty();
    }

    /**
     * A run could not reach the output's server, or lost it: from now on it is probed until it answers.
     *
     * @param output the output
     */
    public void down(RtmpOutput output) {}

    /**
     * A run for the output went live, so its server is back.
     *
     * @param output the output
     */
    public void up(RtmpOutput output) {}

    /** Ends all probes, and forgets all who wait. Does not wait for anything. */
    @Override
    public void close() {}
}
