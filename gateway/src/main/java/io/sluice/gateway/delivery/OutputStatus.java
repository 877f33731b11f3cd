package io.sluice.gateway.delivery;

import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.RtmpServer;
import io.sluice.protocol.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One output of a live stream, as clients, operators and embedders see it. Immutable.
 *
 * @param index the output's position among the stream's outputs
 * @param name scheme, host and port of its server, or {@code preview}; nothing secret
 * @param state where it is
 * @param failure why it is {@link OutputState#AWAY} or {@link OutputState#FAILED}; empty otherwise
 * @param since when it entered the state
 * @param restarts how often its FFmpeg was started again
 * @param lost how much media it has left out, because it was away or too late; as far as FFmpeg's reports show it
 * @param repeated how much media it has written twice, because FFmpeg starts at key frames
 */
public record OutputStatus(
        int index,
        String name,
        OutputState state,
        Optional<Failure> failure,
        Instant since,
        int restarts,
        Duration lost,
        Duration repeated) {

    private static final String PREVIEW = "preview";

    static OutputStatus connecting(int index, Output output) {
        return new OutputStatus(
                index,
                nameOf(output),
                OutputState.CONNECTING,
                Optional.empty(),
                Instant.now(),
                0,
                Duration.ZERO,
                Duration.ZERO);
    }

    private static String nameOf(Output output) {
        return output instanceof Output.RtmpOutput rtmp ? RtmpServer.of(rtmp).toString() : PREVIEW;
    }

    /**
     * Names the output for people.
     *
     * @return its number, counted from 1, and its name
     */
    public String label() {
        return (index + 1) + " (" + name + ")";
    }

    /**
     * How long it has been in its state.
     *
     * @return milliseconds
     */
    public long sinceMillis() {
        return Math.max(0, Duration.between(since, Instant.now()).toMillis());
    }

    /** Whether it is in a state that it does not leave. */
    boolean isOver() {
        return state == OutputState.FAILED || state == OutputState.ENDED;
    }

    OutputStatus in(OutputState next, Optional<Failure> reason) {
        Instant entered = next == state ? since : Instant.now();
        return new OutputStatus(index, name, next, reason, entered, restarts, lost, repeated);
    }

    OutputStatus restarted() {
        return new OutputStatus(index, name, state, failure, since, restarts + 1, lost, repeated);
    }

    OutputStatus with(Duration moreLost, Duration moreRepeated) {
        return new OutputStatus(
                index, name, state, failure, since, restarts, lost.plus(moreLost), repeated.plus(moreRepeated));
    }
}
