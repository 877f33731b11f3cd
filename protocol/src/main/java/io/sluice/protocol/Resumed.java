package io.sluice.protocol;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link Resume}: the client may send media now, from a certain byte on.
 *
 * @param mode how the stream goes on
 * @param sessionId identifies the session in the gateway's log; a new one after a restart
 * @param nextByte the position of the first byte to send; it may lie inside a message that was sent before
 * @param resume the right to do so again; null if the gateway grants it no more
 */
public record Resumed(
        Mode mode,
        String sessionId,
        long nextByte,
        @Nullable ResumeGrant resume) implements ServerMessage {

    /** How a stream goes on. */
    public enum Mode {
        /** It is the same stream: the gateway has every byte before {@code nextByte}. */
        EXACT("exact"),

        /**
         * It is a new stream of the same recording, and counting begins anew at 0: the client sends the recording's
         * header, then what it kept from the start of a group of pictures on.
         */
        RESTART("restart");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }

        /**
         * The name on the wire.
         *
         * @return the value of {@code mode}
         */
        public String wireName() {
            return wireName;
        }

        static Optional<Mode> ofWireName(String name) {
            return Arrays.stream(values())
                    .filter(mode -> mode.wireName.equals(name))
                    .findFirst();
        }
    }

    @Override
    public String type() {
        return "resumed";
    }
}
