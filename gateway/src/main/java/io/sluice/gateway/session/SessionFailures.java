package io.sluice.gateway.session;

import io.sluice.gateway.media.MediaClock;
import io.sluice.gateway.media.container.MediaTrack;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;

/** What a session sends to a client that broke the rules of a session, or whose stream did not end in time. */
final class SessionFailures {

    private SessionFailures() {}

    static Failure openTimedOut(SessionLimits limits) {
        return new Failure(
                FailureCode.OPEN_TIMEOUT,
                "No open arrived within " + limits.timeouts().open().toSeconds()
                        + " s of the upgrade: send it as the first message.");
    }

    static Failure mediaBeforeOpened() {
        return new Failure(
                FailureCode.MEDIA_BEFORE_OPENED,
                "Media arrived before the gateway answered open: send open first, and wait for opened.");
    }

    static Failure stopBeforeOpen() {
        return new Failure(FailureCode.UNEXPECTED_MESSAGE, "stop arrived before open: there is nothing to stop.");
    }

    static Failure openTwice(String type) {
        return new Failure(
                FailureCode.UNEXPECTED_MESSAGE,
                type + " arrived, but this connection has a stream already: one connection carries one stream,"
                        + " so open another connection.");
    }

    static Failure notFromPlainClient(String type) {
        return new Failure(
                FailureCode.UNEXPECTED_MESSAGE,
                type + " is not understood here: offer the subprotocol sluice.v1 to negotiate, or send only media.");
    }

    static Failure takenOver() {
        return new Failure(
                FailureCode.TAKEN_OVER,
                "A newer connection continues this stream, so this one is closed. Do not connect again.");
    }

    static Failure resumeGap(long keptFromByte, long receivedBytes) {
        return new Failure(
                FailureCode.RESUME_GAP,
                "The client has kept its media from byte " + keptFromByte + " on, but the gateway has only "
                        + receivedBytes + " bytes: what is between them is lost. Record anew.");
    }

    /** Says no more than that: whether the session exists is nobody's business who does not know its token. */
    /** Says no more than that: whether the session exists is nobody's business who does not know its token. */
    static Failure resumeUnknown() {
        return new Failure(
                FailureCode.RESUME_UNKNOWN,
                "There is no stream to continue: it has ended, or the gateway was started again. Record anew.");
    }

    static Failure noStreamKey() {
        return new Failure(
                FailureCode.INVALID_STREAM_KEY,
                "There is no stream key: give it as the query parameter streamKey, or in open.");
    }

    static Failure internalError() {
        return new Failure(
                FailureCode.INTERNAL_ERROR,
                "The gateway could not start the stream because of an internal error: tell its operator.");
    }

    static Failure endedBeforeStart() {
        return new Failure(FailureCode.UNRECOGNIZED_MEDIA, "The stream ended before it started.");
    }

    static Failure endedWithinHeader() {
        return new Failure(
                FailureCode.UNRECOGNIZED_MEDIA,
                "The stream ended before its container header was complete:"
                        + " send WebM, Matroska or MP4 from its first byte on.");
    }

    static Failure timestampGap(MediaClock.Gap gap) {
        return new Failure(
                FailureCode.TIMESTAMP_GAP,
                "The " + (gap.kind() == MediaTrack.Kind.VIDEO ? "video" : "audio") + " timestamps jump by "
                        + gap.length().toSeconds()
                        + " s, far more than the time that has passed: start the recorder again, and go live again.");
    }

    static Failure finishTimedOut(SessionLimits limits) {
        return new Failure(
                FailureCode.STREAM_STALLED,
                "The end of the stream could not be delivered within "
                        + limits.timeouts().finish().toSeconds() + " s: its output does not accept it any more.");
    }
}
