package io.sluice.protocol;

/** The client's last message: all media is sent. The gateway answers with {@link Ended} when FFmpeg has exited. */
public record Stop() implements ClientMessage {
    @Override
    public String type() {
        return "stop";
    }
}
