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
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Between control messages and the text frames that carry them; both directions for both sides, so that a client in
 * Java can use it too. Thread-safe; never blocks and never throws, whatever the input: decoding refuses with a value.
 *
 * <p>Refusals are in this package's own words and never in the parser's, which quote the input and a stream key with it.
 */
public final class ControlCodec {

    /** The longest control message that is decoded, in bytes of UTF-8 (for a string, in characters). */
    public static final int MAX_MESSAGE_BYTES = 65_536;

    /** How deep JSON may be nested; the deepest message of ours takes two levels, unknown fields may take more. */
    private static final int MAX_DEPTH = 16;

    private final JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    // Both would keep field names that strangers made up, for ever and for the whole JVM.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    /** Makes a codec; one serves a whole process. */
    public ControlCodec() {}

    /**
     * Reads what a client sent.
     *
     * @param utf8 the whole payload of a text message
     * @return the message or why it is none
     */
    public Result<ClientMessage> decode(byte[] utf8) {
        return decode(ByteBuffer.wrap(utf8));
    }

    /**
     * Reads what a client sent.
     *
     * @param utf8 the whole payload of a text message, from position to limit, neither of which moves; not kept
     * @return the message or why it is none
     */
    public Result<ClientMessage> decode(ByteBuffer utf8) {
        if (utf8.remaining() > MAX_MESSAGE_BYTES) {
            return tooLarge();
        }
        try {
            // A fresh decoder reports what is malformed; the convenience methods of String put U+FFFD in its place.
            return decode(
                    StandardCharsets.UTF_8.newDecoder().decode(utf8.duplicate()).toString());
        } catch (CharacterCodingException e) {
            return malformed("is not valid UTF-8");
        }
    }

    /**
     * Reads what a client sent.
     *
     * @param text the whole text message
     * @return the message or why it is none
     */
    public Result<ClientMessage> decode(String text) {
        return decode(text, MessageReader::clientMessage);
    }

    /**
     * Reads what the gateway sent.
     *
     * @param text the whole text message
     * @return the message or why it is none; a client may pass over {@link FailureCode#UNKNOWN_MESSAGE_TYPE}, which a
     *     newer gateway can cause
     */
    public Result<ServerMessage> decodeServerMessage(String text) {
        return decode(text, MessageReader::serverMessage);
    }

    /**
     * Writes what the gateway says.
     *
     * @param message to write
     * @return one JSON object
     */
    public String encode(ServerMessage message) {
        return text(MessageWriter.json(message));
    }

    /**
     * Writes what a client says.
     *
     * @param message to write; its stream key goes into the text as it is
     * @return one JSON object
     */
    public String encode(ClientMessage message) {
        return text(MessageWriter.json(message));
    }

    private String text(ObjectNode json) {
        try {
            return mapper.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree of strings and numbers always has a text", e);
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
            return malformed("is nested deeper than " + MAX_DEPTH + " levels or has an endless name or number");
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            return malformed(
                    where == null
                            ? "is not valid JSON"
                            : "is not valid JSON at line " + where.getLineNr() + ", column " + where.getColumnNr());
        } catch (IOException e) {
            return malformed("cannot be read");
        }
    }

    private Result<ObjectNode> parse(JsonParser parser) throws IOException {
        JsonNode tree;
        try {
            tree = mapper.readTree(parser);
        } catch (MismatchedInputException e) {
            return malformed("has " + shown(parser.currentName()) + " twice in one object");
        }
        if (!(tree instanceof ObjectNode object)) {
            return malformed("is not a JSON object");
        }
        return parser.nextToken() == null ? Result.ok(object) : malformed("goes on after the end of its object");
    }

    /** Repeats a name only where it looks like one of ours, lest a stream key in the wrong place ends up in a log. */
    private static String shown(@Nullable String name) {
        return name != null && name.matches("[A-Za-z]{1,24}") ? "the field \"" + name + "\"" : "a field";
    }

    private static <T> Result<T> malformed(String problem) {
        return Result.refused(
                FailureCode.MALFORMED_MESSAGE,
                "The message " + problem + "; a text frame is one JSON object with a \"type\".");
    }

    private static <T> Result<T> tooLarge() {
        return Result.refused(
                FailureCode.MESSAGE_TOO_LARGE,
                "The text message is larger than " + MAX_MESSAGE_BYTES + " bytes; send fewer or shorter offers.");
    }
}
