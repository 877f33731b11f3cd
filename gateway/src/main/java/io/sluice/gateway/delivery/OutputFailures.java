package io.sluice.gateway.delivery;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;

/** Why an output is given up although its FFmpeg runs. */
final class OutputFailures {

    private OutputFailures() {}

    static Failure mediaMadeUp(Duration media) {
        return new Failure(
                FailureCode.TIMESTAMP_GAP,
                "The timestamps make FFmpeg fill in much more than the " + media.toSeconds()
                        + " s of media that arrived: start the recorder again, and go live again.");
    }

    static Failure keyFramesMissing(long bytes) {
        return new Failure(
                FailureCode.KEY_FRAMES_MISSING,
                "The preview got no new segment for " + (bytes >> 20)
                        + " MiB of media, because segments start at key frames: set the encoder's key frame interval"
                        + " to 2 s (in browsers videoKeyFrameIntervalDuration), and check that the video track"
                        + " delivers pictures.");
    }

    static Failure previewUnreadable() {
        return new Failure(
                FailureCode.INTERNAL_ERROR,
                "The gateway cannot look at the preview that it writes: tell its operator to check the state folder.");
    }

    static Failure heldBack(long bytes) {
        return new Failure(
                FailureCode.STREAM_STALLED,
                "FFmpeg has written nothing although " + (bytes >> 20)
                        + " MiB of media arrived, because it waits for another track. Check that every track of the"
                        + " recording delivers media, and go live again.");
    }

    static Failure noOutput(Duration timeout) {
        return new Failure(
                FailureCode.STREAM_STALLED,
                "FFmpeg has written nothing for " + timeout.toSeconds()
                        + " s although media arrives. Check that every track of the recording delivers media,"
                        + " and go live again.");
    }

    static Failure tooSlow(Duration timeout) {
        return new Failure(
                FailureCode.STREAM_STALLED,
                "FFmpeg has processed the stream at less than half of its speed for " + timeout.toSeconds()
                        + " s: its output or the machine is too slow. Go live again with a smaller picture or a lower"
                        + " bit rate.");
    }

    static Failure stalled(Duration timeout, String output, boolean isPreview) {
        return new Failure(
                FailureCode.OUTPUT_FAILED,
                isPreview
                        ? "The preview has accepted no media for " + timeout.toSeconds()
                                + " s. The machine or its storage is too slow: tell the gateway's operator."
                        : "The output server has accepted no media for " + timeout.toSeconds()
                                + " s. It or its network is too slow, or the server hangs. Output: " + output + ".");
    }

    static Failure notStarted() {
        return new Failure(
                FailureCode.FFMPEG_UNAVAILABLE,
                "The gateway could not start FFmpeg: try again, and tell its operator if that does not help.");
    }

    static Failure endedEarly() {
        return new Failure(FailureCode.FFMPEG_FAILED, "FFmpeg ended although media was still arriving.");
    }

    static Failure endedWhileAway(Failure cause) {
        return new Failure(
                cause.code(), "The stream ended while its output was away, so its end is missing. " + cause.message());
    }
}
