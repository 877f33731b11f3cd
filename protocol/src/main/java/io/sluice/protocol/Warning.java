package io.sluice.protocol;

/**
 * Something about the stream needs attention, but the stream goes on. Sent only to a client that
 * {@linkplain ClientFeature#WARNINGS understands it}.
 *
 * @param code names the kind of warning: lower-case words joined by hyphens
 * @param message what is wrong and what to do, for a human
 */
public record Warning(String code, String message) implements ServerMessage {
    @Override
    public String type() {
        return "warning";
    }
}
