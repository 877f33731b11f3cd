package io.sluice.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every way in which a stream can be refused or fail: the one place that maps a reason to its WebSocket close code and
 * to whether trying again can help.
 *
 * <p>4400 to 4499 are the client's doing, 4500 to 4599 the gateway's or its surroundings'; 4000 to 4999 is what RFC 6455
 * leaves to applications. The two codes in the thousands keep the meaning that the RFC gives them.
 */
public enum FailureCode {
    /** A text frame was no JSON object of the described shape. The client has a bug to fix; trying again cannot help. */
    MALFORMED_MESSAGE("malformed-message", 4400, false),

    /** The authorizer refused the stream key. Ask the operator for a valid key, then open again with that. */
    NOT_AUTHORIZED("not-authorized", 4401, false),

    /** A message's {@code type} is unknown here. The client has a bug, or speaks a newer version than the gateway. */
    UNKNOWN_MESSAGE_TYPE("unknown-message-type", 4402, false),

    /** A known message came when it makes no sense, such as a second {@code open}. The client has a bug to fix. */
    UNEXPECTED_MESSAGE("unexpected-message", 4403, false),

    /** A binary frame came before {@code opened} was sent. Start the recorder only when {@code opened} has arrived. */
    MEDIA_BEFORE_OPENED("media-before-opened", 4404, false),

    /** The stream key is missing, too long, or has characters that no platform's keys have. Correct the key. */
    INVALID_STREAM_KEY("invalid-stream-key", 4405, false),

    /** The page comes from an origin that may not publish here. The operator has to allow that origin. */
    ORIGIN_NOT_ALLOWED("origin-not-allowed", 4406, false),

    /** No {@code open} came in time. Connect again and send {@code open} at once. */
    OPEN_TIMEOUT("open-timeout", 4408, true),

    /** Another stream is live under this key. End that stream first, or use another key. */
    STREAM_KEY_IN_USE("stream-key-in-use", 4409, false),

    /** The client sent no media for too long. Connect again when there is something to send. */
    MEDIA_TIMEOUT("media-timeout", 4410, true),

    /** The permission to publish has come to its end. Get a new key or token, then open again with that. */
    AUTHORIZATION_EXPIRED("authorization-expired", 4411, false),

    /** An operator has ended the stream. The message may say why; going live again at once is not what they want. */
    ENDED_BY_OPERATOR("ended-by-operator", 4412, false),

    /** More bits a second came than are allowed. Choose a lower bit rate, then open again. */
    BIT_RATE_EXCEEDED("bit-rate-exceeded", 4413, false),

    /** More messages a second came than are allowed. The client has a bug to fix. */
    TOO_MANY_MESSAGES("too-many-messages", 4414, false),

    /** None of the offered media types can be taken. Offer one that the message names. */
    UNSUPPORTED_OFFER("unsupported-offer", 4415, false),

    /** The stream has been live for as long as one may be. A new one has to be begun. */
    DURATION_EXCEEDED("duration-exceeded", 4416, false),

    /** The first bytes are not the container that was agreed, or none that is known. Send what the recorder produces. */
    UNRECOGNIZED_MEDIA("unrecognized-media", 4422, false),

    /** Too many streams, or too many starts of streams, of one address or under one key. Try again after a while. */
    TOO_MANY_REQUESTS("too-many-requests", 4429, true),

    /** A message was larger than the gateway takes ({@code maxMessageBytes}). Record in shorter slices. */
    MESSAGE_TOO_LARGE("message-too-large", 1009, false),

    /** A frame broke the rules of RFC 6455 itself. The WebSocket client has a bug to fix. */
    PROTOCOL_VIOLATION("protocol-violation", 1002, false),

    /** The gateway has a bug. Try again; tell the operator, whose log has the details. */
    INTERNAL_ERROR("internal-error", 4500, true),

    /** FFmpeg is missing or cannot start. Try again later; the operator has to mend it. */
    FFMPEG_UNAVAILABLE("ffmpeg-unavailable", 4501, true),

    /** FFmpeg ended although media was still coming. Try again; the message holds its last words. */
    FFMPEG_FAILED("ffmpeg-failed", 4502, true),

    /** The gateway is going down. Connect again, to another instance if there is one. */
    SHUTTING_DOWN("shutting-down", 4503, true),

    /** FFmpeg or its output made no progress for too long. Try again, with fewer bits per second if it happens twice. */
    STREAM_STALLED("stream-stalled", 4504, true),

    /** The output refused the stream, cannot be reached, or broke off. Check the key, then try again. */
    OUTPUT_FAILED("output-failed", 4505, true),

    /** The authorizer gave no answer, so nobody knows whether the key is good. Try again later. */
    AUTHORIZER_FAILED("authorizer-failed", 4506, true),

    /** The gateway carries as many streams as it may or can. Try again later, or on another instance. */
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
     * The status in the WebSocket's close frame.
     *
     * @return 1002, 1009, or from 4400 to 4599
     */
    public int closeCode() {
        return closeCode;
    }

    /**
     * Whether the very same request can succeed later.
     *
     * @return true if a client may try again by itself, with growing pauses
     */
    public boolean retryable() {
        return retryable;
    }

    /**
     * Finds a code by its name on the wire.
     *
     * @param reason as in {@link #reason()}, exactly
     * @return the code, or nothing if there is none of that name
     */
    public static Optional<FailureCode> ofReason(String reason) {
        return Optional.ofNullable(BY_REASON.get(reason));
    }
}
