package io.sluice.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every reason why a stream can be refused or fail: the one place that maps a reason to its WebSocket close code and to
 * whether a retry can help.
 *
 * <p>4400 to 4499 are caused by the client, 4500 to 4599 by the gateway or its environment; RFC 6455 leaves 4000 to
 * 4999 to applications. The two codes in the thousands have the meaning that the RFC gives them.
 */
public enum FailureCode {
    /** A text frame was not a JSON object of the documented shape. The client has a bug; a retry cannot help. */
    MALFORMED_MESSAGE("malformed-message", 4400, false),

    /** The authorizer refused the stream key. Ask the operator for a valid key and open again with it. */
    NOT_AUTHORIZED("not-authorized", 4401, false),

    /** A message has an unknown {@code type}. The client has a bug, or is newer than the gateway. */
    UNKNOWN_MESSAGE_TYPE("unknown-message-type", 4402, false),

    /** A known message arrived in the wrong state, such as a second {@code open}. The client has a bug. */
    UNEXPECTED_MESSAGE("unexpected-message", 4403, false),

    /** A binary frame arrived before {@code opened} was sent. Start the recorder only after {@code opened}. */
    MEDIA_BEFORE_OPENED("media-before-opened", 4404, false),

    /** The stream key is missing, too long, or contains characters that are not allowed. Correct the key. */
    INVALID_STREAM_KEY("invalid-stream-key", 4405, false),

    /** Pages from this origin may not publish. The operator has to allow the origin. */
    ORIGIN_NOT_ALLOWED("origin-not-allowed", 4406, false),

    /** No {@code open} arrived in time. Connect again and send {@code open} immediately. */
    OPEN_TIMEOUT("open-timeout", 4408, true),

    /** Another stream is live under this key. End that stream first, or use another key. */
    STREAM_KEY_IN_USE("stream-key-in-use", 4409, false),

    /** The client sent no media for too long. Connect again when there is media to send. */
    MEDIA_TIMEOUT("media-timeout", 4410, true),

    /** The authorization to publish has expired. Get a new key or token and open again with it. */
    AUTHORIZATION_EXPIRED("authorization-expired", 4411, false),

    /** An operator ended the stream; the message may say why. Ask before publishing again. */
    ENDED_BY_OPERATOR("ended-by-operator", 4412, false),

    /** The media exceeded the allowed bit rate. Choose a lower bit rate and open again. */
    BIT_RATE_EXCEEDED("bit-rate-exceeded", 4413, false),

    /** The client exceeded the allowed rate of messages. The client has a bug. */
    TOO_MANY_MESSAGES("too-many-messages", 4414, false),

    /** None of the offered media types is supported. Offer one that the message names. */
    UNSUPPORTED_OFFER("unsupported-offer", 4415, false),

    /** The stream has reached the maximum duration. Start a new one. */
    DURATION_EXCEEDED("duration-exceeded", 4416, false),

    /** There is no stream to continue, and the {@code resume} had no {@code open} inside. Record anew. */
    RESUME_UNKNOWN("resume-unknown", 4417, false),

    /** The client no longer has the media from which the stream would have to go on. Record anew. */
    RESUME_GAP("resume-gap", 4418, false),

    /** A newer connection continues the stream. Do not come back. */
    TAKEN_OVER("taken-over", 4419, false),

    /** The timestamps jumped ahead, far beyond the time that passed. Start the recorder again, and open again. */
    TIMESTAMP_GAP("timestamp-gap", 4420, true),

    /** Key frames are too far apart for the preview. Set the encoder's key frame interval to 2 s. */
    KEY_FRAMES_MISSING("key-frames-missing", 4421, false),

    /** The first bytes are not the negotiated container, or no known one. Send the recorder's output unchanged. */
    UNRECOGNIZED_MEDIA("unrecognized-media", 4422, false),

    /** Too many streams or stream starts from one address or under one key. Try again later. */
    TOO_MANY_REQUESTS("too-many-requests", 4429, true),

    /** A message was larger than the gateway accepts ({@code maxMessageBytes}). Record in shorter slices. */
    MESSAGE_TOO_LARGE("message-too-large", 1009, false),

    /** A frame violated RFC 6455. The WebSocket client has a bug. */
    PROTOCOL_VIOLATION("protocol-violation", 1002, false),

    /** The gateway has a bug. Try again, and report it to the operator, whose log has the details. */
    INTERNAL_ERROR("internal-error", 4500, true),

    /** FFmpeg is missing or cannot start. Try again later; the operator has to fix it. */
    FFMPEG_UNAVAILABLE("ffmpeg-unavailable", 4501, true),

    /** FFmpeg exited while media was still arriving. Try again; the message contains FFmpeg's last output. */
    FFMPEG_FAILED("ffmpeg-failed", 4502, true),

    /** The gateway is shutting down. Connect again, to another instance if there is one. */
    SHUTTING_DOWN("shutting-down", 4503, true),

    /** FFmpeg or its output made no progress for too long. Try again, with a lower bit rate if it recurs. */
    STREAM_STALLED("stream-stalled", 4504, true),

    /** The output refused the stream, cannot be reached, or closed the connection. Check the key and try again. */
    OUTPUT_FAILED("output-failed", 4505, true),

    /** The authorizer did not answer, so the key could not be checked. Try again later. */
    AUTHORIZER_FAILED("authorizer-failed", 4506, true),

    /** The gateway is at capacity. Try again later, or on another instance. */
    GATEWAY_FULL("gateway-full", 4507, true);

    private static final Map<String, FailureCode> BY_REASON =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(FailureCode::reason, Function.identity()));

    private final String reason;
    private final int closeCode;
    private final boolean retryable;

    FailureCode(String reason, int closeCode, boolean retryable) {
        this.reason = reason;
        this.closeCode = closeCode;
        this.retryable = retryable;
    }

    /**
     * The name on the wire.
     *
     * @return lower-case words joined by hyphens, the {@code code} of {@code failed} and the start of a close reason
     */
    public String reason() {
        return reason;
    }

    /**
     * The status code of the WebSocket close frame.
     *
     * @return 1002, 1009, or from 4400 to 4599
     */
    public int closeCode() {
        return closeCode;
    }

    /**
     * Whether the same request can succeed later.
     *
     * @return true if a client may retry automatically, with increasing delays
     */
    public boolean retryable() {
        return retryable;
    }

    /**
     * Finds a code by its name on the wire.
     *
     * @param reason as in {@link #reason()}, exactly
     * @return the code, or empty if there is none with this name
     */
    public static Optional<FailureCode> ofReason(String reason) {
        return Optional.ofNullable(BY_REASON.get(reason));
    }
}
