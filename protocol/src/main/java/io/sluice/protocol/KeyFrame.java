package io.sluice.protocol;

/**
 * The client should begin a group of pictures as soon as it can. Sent at most twice a second, and only to a client that
 * {@linkplain ClientFeature#KEY_FRAMES can}.
 */
public record KeyFrame() implements ServerMessage {
    @Override
    public String type() {
        return "keyframe";
    }
}
