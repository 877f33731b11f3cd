package io.sluice.protocol;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of one output has changed. Sent at most once a second for each output, and only to a client that
 * {@linkplain ClientFeature#OUTPUTS understands it}.
 *
 * @param index counts the stream's outputs from 0
 * @param name where the output goes, without its key
 * @param state how it is
 * @param code why it is not live; null if there is no reason to give
 * @param message what happened and what to do, for a human; null if there is no reason to give
 * @param sinceMs how long it has been in this state, in milliseconds
 * @param restarts how often it was connected again
 * @param lostMs media that it lost for good, in milliseconds
 * @param repeatedMs media that it was sent twice, in milliseconds
 */
public record Output(
        int index,
        String name,
        State state,
        @Nullable FailureCode code,
        @Nullable String message,
        long sinceMs,
        long restarts,
        long lostMs,
        long repeatedMs)
        implements ServerMessage {

    /** How an output is. */
    public enum State {
        /** It is being connected. */
        CONNECTING("connecting"),

        /** It receives the stream. */
        LIVE("live"),

        /** It does not receive the stream at present; the gateway tries again. */
        AWAY("away"),

        /** It does not receive the stream, and the gateway does not try again. */
        FAILED("failed");

        private final String wireName;

        State(String wireName) {
            this.wireName = wireName;
        }

        /**
         * The name on the wire.
         *
         * @return the value of {@code state}
         */
        public String wireName() {
            return wireName;
        }

        static Optional<State> ofWireName(String name) {
            return Arrays.stream(values())
                    .filter(state -> state.wireName.equals(name))
                    .findFirst();
        }
    }

    @Override
    public String type() {
        return "output";
    }
}
