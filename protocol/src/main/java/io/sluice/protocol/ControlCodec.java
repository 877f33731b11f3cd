package io.sluice.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes the control messages that text frames carry, in both directions, so that a Java client can use it
 * too. Thread-safe; never blocks and never throws, whatever the input: a decoding failure is a value.
 *
 * <p>Failure messages never contain the parser's text, which quotes the input and with it possibly a stream key.
 */
public final class ControlCodec {

    /** The longest control message that is decoded, in bytes of UTF-8 (for a string, in characters). */
    public static final int MAX_MESSAGE_BYTES = 65_536;

    /** How deep JSON may be nested. Known messages use two levels; unknown fields may use more. */
    private static final int MAX_DEPTH = 16;

    private final JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    // Both would retain field names made up by clients for the lifetime of the JVM.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    /** Creates a codec; one instance serves a whole process. */
    public ControlCodec() {}

    /**
     * Decodes a message from a client.
     *
     * @param utf8 the complete payload of a text message
     * @return the message, or why it cannot be decoded
     */
    public Result<ClientMessage> decode(byte[] utf8) {
        return decode(ByteBuffer.wrap(utf8));
    }

    /**
     * Decodes a message from a client.
     *
     * @param utf8 the complete payload of a text message, from position to limit; neither moves, and the buffer is not
     *     kept
     * @return the message, or why it cannot be decoded
     */
    public Result<ClientMessage> decode(ByteBuffer utf8) {
        if (utf8.remaining() > MAX_MESSAGE_BYTES) {
            return refuseTooLarge(utf8);
        }
        try {
            // A new decoder reports malformed input; String's constructors would replace it with U+FFFD.
            Result<ClientMessage> message = decode(
                    StandardCharsets.UTF_8.newDecoder().decode(utf8.duplicate()).toString(),
                    MessageReader::clientMessage);
            return message instanceof Result.Refused
                    ? encodedMedia(FailureCode.MALFORMED_MESSAGE, utf8).orElse(message)
                    : message;
        } catch (CharacterCodingException e) {
            return encodedMedia(FailureCode.MALFORMED_MESSAGE, utf8)
                    .orElseGet(() -> malformed("is not valid UTF-8: media belongs in binary frames (websocat: -b)"));
        }
    }

    /**
     * Refuses a text message that is too large to be one.
     *
     * @param start its first bytes, from position to limit; the buffer stays as it is
     * @return why, and what to do instead
     */
    public Result<ClientMessage> refuseTooLarge(ByteBuffer start) {
        return encodedMedia(FailureCode.MESSAGE_TOO_LARGE, start)
                .orElseGet(() -> Result.refused(
                        FailureCode.MESSAGE_TOO_LARGE,
                        "A control message is longer than " + MAX_MESSAGE_BYTES
                                + " bytes. Use text frames for control messages and binary frames for media."));
    }

    private static Optional<Result<ClientMessage>> encodedMedia(FailureCode code, ByteBuffer message) {
        String size =
                code == FailureCode.MESSAGE_TOO_LARGE ? "is longer than " + MAX_MESSAGE_BYTES + " bytes and " : "";
        return EncodedMedia.in(message)
                .map(media -> Result.refused(
                        code, "The text frame " + size + "holds " + media.description() + ". " + media.advice()));
    }

    /**
     * Decodes a message from a client.
     *
     * @param text the complete text message
     * @return the message, or why it cannot be decoded
     */
    public Result<ClientMessage> decode(String text) {
        return decode(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Decodes a message from the gateway.
     *
     * @param text the complete text message
     * @return the message, or why it cannot be decoded; a client may ignore {@link FailureCode#UNKNOWN_MESSAGE_TYPE},
     *     which a newer gateway can cause
     */
    public Result<ServerMessage> decodeServerMessage(String text) {
        return decode(text, MessageReader::serverMessage);
    }

    /**
     * Encodes a message from the gateway.
     *
     * @param message the message
     * @return one JSON object
     */
    public String encode(ServerMessage message) {
        return text(MessageWriter.json(message));
    }

    /**
     * Encodes a message from a client.
     *
     * @param message the message; the text contains its stream key and token unredacted
     * @return one JSON object
     */
    public String encode(ClientMessage message) {
        return text(MessageWriter.json(message));
    }

    private String text(ObjectNode json) {
        try {
            return mapper.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree of strings and numbers can always be written", e);
        }
    }

    private <M> Result<M> decode(String text, BiFunction<String, Fields, Result<M>> read) {
        if (text.length() > MAX_MESSAGE_BYTES) {
            return tooLarge();
        }
        return parse(text).flatMap(object -> {
            JsonNode type = object.get("type");
            if (type == null || !type.isTextual()) {
                return malformed(type == null ? "has no field \"type\"" : "has a field \"type\" that is not a string");
            }
            return read.apply(type.textValue(), new Fields(object));
        });
    }

    private Result<ObjectNode> parse(String text) {
        try (JsonParser parser = mapper.createParser(text)) {
            return parse(parser);
        } catch (StreamConstraintsException e) {
            return malformed(
                    "is nested deeper than " + MAX_DEPTH + " levels, or has a name or number that is too long");
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            return malformed(
                    location == null
                            ? "is not valid JSON"
                            : "is not valid JSON at line " + location.getLineNr() + ", column "
                                    + location.getColumnNr());
        } catch (IOException e) {
            return malformed("cannot be read");
        }
    }

    private Result<ObjectNode> parse(JsonParser parser) throws IOException {
        JsonNode tree;
        try {
            tree = mapper.readTree(parser);
        } catch (MismatchedInputException e) {
            return malformed("has " + quoteField(parser.currentName()) + " twice in one object");
        }
        if (!(tree instanceof ObjectNode object)) {
            return malformed("is not a JSON object");
        }
        return parser.nextToken() == null ? Result.ok(object) : malformed("has content after its JSON object");
    }

    /** Repeats a name only if it looks like a field name, so that a misplaced stream key does not end up in a log. */
    private static String quoteField(@Nullable String name) {
        return name != null && name.matches("[A-Za-z]{1,24}") ? "the field \"" + name + "\"" : "a field";
    }

    private static <T> Result<T> malformed(String problem) {
        return Result.refused(
                FailureCode.MALFORMED_MESSAGE,
                "The message " + problem + "; send one JSON object with a \"type\" in each text frame.");
    }

    private static <T> Result<T> tooLarge() {
        return Result.refused(
                FailureCode.MESSAGE_TOO_LARGE,
                "The text message is larger than " + MAX_MESSAGE_BYTES + " bytes; send fewer or shorter offers.");
    }
}
