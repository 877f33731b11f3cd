package io.sluice.protocol;

/** The client's last message: all its media is sent. The gateway answers with {@link Ended} once FFmpeg has left. */
public record Stop() implements ClientMessage {
    @Override
    public String type() {
        return "stop";
    }
}
