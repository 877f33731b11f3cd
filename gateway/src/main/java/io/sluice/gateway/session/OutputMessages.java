package io.sluice.gateway.session;

import io.sluice.gateway.delivery.OutputState;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Output;
import java.util.Optional;

/** What a client is told of an output. */
final class OutputMessages {

    private OutputMessages() {}

    /** The message; empty for an output that has ended as the stream did. */
    static Optional<Output> of(OutputStatus status) {
        return state(status.state())
                .map(state -> new Output(
                        status.index(),
                        status.name(),
                        state,
                        status.failure().map(Failure::code).orElse(null),
                        status.failure().map(Failure::message).orElse(null),
                        status.sinceMillis(),
                        status.restarts(),
                        status.lost().toMillis(),
                        status.repeated().toMillis()));
    }

    private static Optional<Output.State> state(OutputState state) {
        return switch (state) {
            case CONNECTING -> Optional.of(Output.State.CONNECTING);
            case LIVE -> Optional.of(Output.State.LIVE);
            case AWAY -> Optional.of(Output.State.AWAY);
            case FAILED -> Optional.of(Output.State.FAILED);
            case ENDED -> Optional.empty();
        };
    }
}
