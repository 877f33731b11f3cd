package io.sluice.protocol;

/**
 * The stream was refused or broke. The gateway closes with the code's close code next.
 *
 * @param code what kind of failure it is
 * @param message what was wrong and what to do, in words for a human; never contains a whole stream key
 */
public record Failed(FailureCode code, String message) implements ServerMessage {

    /**
     * Makes a message of a failure.
     *
     * @param failure what to tell
     * @return the same, as a message
     */
    public static Failed of(Failure failure) {
        return new Failed(failure.code(), failure.message());
    }

    @Override
    public String type() {
        return "failed";
    }
}
