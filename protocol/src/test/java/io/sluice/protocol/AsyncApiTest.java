package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds docs/asyncapi.yaml to the code, in both directions. What the code says is not declared a second time here but
 * asked of the codec: it writes the fields, and it refuses what lacks one.
 */
class AsyncApiTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ControlCodec CODEC = new ControlCodec();
    private static final Set<String> CLIENT_TYPES = Samples.FULL_CLIENT_MESSAGES.stream()
            .map(ClientMessage::type)
            .collect(Collectors.toCollection(TreeSet::new));
    private static final Set<String> SERVER_TYPES = Samples.FULL_SERVER_MESSAGES.stream()
            .map(ServerMessage::type)
            .collect(Collectors.toCollection(TreeSet::new));

    private final AsyncApi document = AsyncApi.read();

    static Stream<ObjectNode> fullMessages() {
        return Stream.concat(
                        Samples.FULL_CLIENT_MESSAGES.stream().map(CODEC::encode),
                        Samples.FULL_SERVER_MESSAGES.stream().map(CODEC::encode))
                .map(AsyncApiTest::json);
    }

    static Stream<ObjectNode> bareMessages() {
        return Stream.concat(
                        Samples.BARE_CLIENT_MESSAGES.stream().map(CODEC::encode),
                        Samples.BARE_SERVER_MESSAGES.stream().map(CODEC::encode))
                .map(AsyncApiTest::json);
    }

    @Test
    void theSamplesLeaveNoMessageAndNoFieldOut() throws ReflectiveOperationException {
        assertSamples(ClientMessage.class, Samples.FULL_CLIENT_MESSAGES, Samples.BARE_CLIENT_MESSAGES);
        assertSamples(ServerMessage.class, Samples.FULL_SERVER_MESSAGES, Samples.BARE_SERVER_MESSAGES);
        for (Object message : Samples.FULL_CLIENT_MESSAGES) {
            assertNoNull((Record) message);
        }
        for (Object message : Samples.FULL_SERVER_MESSAGES) {
            assertNoNull((Record) message);
        }
    }

    @Test
    void theMessagesAreTheCodes() {
        Set<String> types = new TreeSet<>(CLIENT_TYPES);
        types.addAll(SERVER_TYPES);

        assertThat(document.messages().keySet()).isEqualTo(types);
    }

    @Test
    void everyMessageGoesItsWay() {
        Set<String> received = new TreeSet<>();
        Set<String> sent = new TreeSet<>();
        for (JsonNode operation : document.at("/operations")) {
            boolean receives = operation.path("action").textValue().equals("receive");
            (receives ? received : sent).addAll(AsyncApi.names(operation.path("messages")));
            sent.addAll(AsyncApi.names(operation.at("/reply/messages")));
        }
        received.remove("media");

        assertThat(received).isEqualTo(CLIENT_TYPES);
        assertThat(sent).isEqualTo(SERVER_TYPES);
    }

    @Test
    void thePlainWaysInCarryOnlyMediaAndStop() {
        for (String channel : List.of("plain", "pxy")) {
            assertThat(document.at("/channels/" + channel + "/messages").fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder("media", "stop");
        }
    }

    @ParameterizedTest
    @MethodSource("fullMessages")
    void theFieldsAreTheCodes(ObjectNode message) {
        assertThat(document.fields(type(message)).keySet()).containsExactlyInAnyOrderElementsOf(paths(message, ""));
    }

    @ParameterizedTest
    @MethodSource("fullMessages")
    void theRequiredFieldsAreTheOnesThatTheCodeDemands(ObjectNode message) {
        document.fields(type(message)).forEach((path, field) -> {
            ObjectNode lacking = message.deepCopy();
            parent(lacking, path).remove(name(path));

            assertThat(accepts(message, lacking)).as("without %s", path).isEqualTo(!field.required());
        });
    }

    @ParameterizedTest
    @MethodSource("bareMessages")
    void theRequiredFieldsAreTheOnesThatTheCodeAlwaysWrites(ObjectNode message) {
        Set<String> required = new TreeSet<>();
        document.fields(type(message)).forEach((path, field) -> {
            if (field.required()) {
                required.add(path);
            }
        });

        assertThat(required).isEqualTo(paths(message, ""));
    }

    @ParameterizedTest
    @MethodSource("fullMessages")
    void theTypesAreTheCodes(ObjectNode message) {
        document.fields(type(message)).forEach((path, field) -> {
            String documented = field.schema().path("type").textValue();
            for (JsonNode value : List.of(
                    NODES.textNode("x"),
                    NODES.numberNode(7),
                    NODES.numberNode(7.5),
                    NODES.booleanNode(true),
                    NODES.arrayNode().add("x"),
                    NODES.objectNode())) {
                if (!matches(documented, value)) {
                    assertThat(accepts(message, with(message, path, value)))
                            .as("%s as %s, documented as %s", path, value, documented)
                            .isFalse();
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("fullMessages")
    void theBoundsAreTheCodes(ObjectNode message) {
        document.fields(type(message)).forEach((path, field) -> {
            JsonNode minimum = field.schema().path("minimum");
            JsonNode maximum = field.schema().path("maximum");
            if (!minimum.isMissingNode()) {
                assertBound(message, path, minimum.longValue(), minimum.longValue() - 1);
            }
            if (!maximum.isMissingNode()) {
                assertBound(message, path, maximum.longValue(), maximum.longValue() + 1);
            }
            assertThat(maximum.isMissingNode())
                    .as("%s has a maximum if it is a client's number", path)
                    .isEqualTo(!(message.path("type").textValue().equals("open")
                            && field.schema().path("type").textValue().matches("integer|number")));
        });
    }

    @Test
    void theLimitsAreTheCodes() {
        assertThat(document.at("/components/schemas/Open/properties/offers/maxItems")
                        .intValue())
                .isEqualTo(Open.MAX_OFFERS);
        assertThat(document.at("/components/schemas/MimeType/maxLength").intValue())
                .isEqualTo(MediaFormat.MAX_LENGTH);
        assertThat(document.at("/components/schemas/StreamKey/maxLength").intValue())
                .isEqualTo(StreamKey.MAX_LENGTH);
    }

    @Test
    void theKeysPatternIsTheCodes() {
        Pattern pattern = Pattern.compile(
                document.at("/components/schemas/StreamKey/pattern").textValue());
        IntStream.range(0, 256).mapToObj(c -> String.valueOf((char) c)).forEach(c -> {
            for (String key : List.of(c, "k" + c)) {
                assertThat(pattern.matcher(key).matches())
                        .as("key <%s>", key)
                        .isEqualTo(StreamKey.parse(key).toOptional().isPresent());
            }
        });
    }

    @Test
    void theFailuresAreTheCodes() {
        Map<String, String> documented = new TreeMap<>();
        document.at("/components/schemas/FailureCode/x-failures")
                .properties()
                .forEach(entry -> documented.put(
                        entry.getKey(),
                        entry.getValue().path("closeCode").asText() + " "
                                + entry.getValue().path("retryable").asText()));
        Map<String, String> actual = Arrays.stream(FailureCode.values())
                .collect(Collectors.toMap(FailureCode::reason, code -> code.closeCode() + " " + code.retryable()));

        assertThat(documented).isEqualTo(actual);
        assertThat(document.at("/components/schemas/FailureCode/enum"))
                .extracting(JsonNode::textValue)
                .containsExactlyElementsOf(Arrays.stream(FailureCode.values())
                        .map(FailureCode::reason)
                        .toList());
    }

    @Test
    void theWaysToHandleATrackAreTheCodes() {
        assertThat(document.at("/components/schemas/TrackHandling/enum"))
                .extracting(JsonNode::textValue)
                .containsExactlyElementsOf(Arrays.stream(TrackHandling.values())
                        .map(TrackHandling::wireName)
                        .toList());
    }

    @Test
    void theExamplesAreUnderstoodWhole() {
        document.messages().forEach((type, message) -> {
            assertThat(message.path("examples")).as(type).isNotEmpty();
            for (JsonNode example : message.path("examples")) {
                ObjectNode payload = (ObjectNode) example.path("payload");
                assertThat(decodeAndEncode(payload)).as(type).isEqualTo(payload.toString());
            }
        });
    }

    private static void assertSamples(Class<?> sealed, List<?>... samples) {
        for (List<?> list : samples) {
            assertThat(list).extracting(Object::getClass).containsExactlyInAnyOrder(sealed.getPermittedSubclasses());
        }
    }

    private static void assertNoNull(Record message) throws ReflectiveOperationException {
        for (var component : message.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(message);
            assertThat(value).as("%s of %s", component.getName(), message).isNotNull();
            if (value instanceof Record nested) {
                assertNoNull(nested);
            }
        }
    }

    private static void assertBound(ObjectNode message, String path, long good, long bad) {
        assertThat(accepts(message, with(message, path, NODES.numberNode(good))))
                .as("%s as %s", path, good)
                .isTrue();
        assertThat(accepts(message, with(message, path, NODES.numberNode(bad))))
                .as("%s as %s", path, bad)
                .isFalse();
    }

    private static boolean matches(String documented, JsonNode value) {
        return switch (documented) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new AssertionError("docs/asyncapi.yaml has a field of the type " + documented);
        };
    }

    private static boolean accepts(ObjectNode original, ObjectNode changed) {
        return CLIENT_TYPES.contains(type(original))
                ? CODEC.decode(changed.toString()).toOptional().isPresent()
                : CODEC.decodeServerMessage(changed.toString()).toOptional().isPresent();
    }

    private static String decodeAndEncode(ObjectNode message) {
        return CLIENT_TYPES.contains(type(message))
                ? CODEC.decode(message.toString()).map(CODEC::encode).orElseThrow()
                : CODEC.decodeServerMessage(message.toString())
                        .map(CODEC::encode)
                        .orElseThrow();
    }

    private static Set<String> paths(ObjectNode object, String prefix) {
        Set<String> paths = new TreeSet<>();
        object.properties().forEach(entry -> {
            paths.add(prefix + entry.getKey());
            if (entry.getValue() instanceof ObjectNode nested) {
                paths.addAll(paths(nested, prefix + entry.getKey() + "."));
            }
        });
        return paths;
    }

    private static ObjectNode with(ObjectNode message, String path, JsonNode value) {
        ObjectNode copy = message.deepCopy();
        parent(copy, path).set(name(path), value);
        return copy;
    }

    private static ObjectNode parent(ObjectNode object, String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? object : (ObjectNode) object.path(path.substring(0, dot));
    }

    private static String name(String path) {
        return path.substring(path.indexOf('.') + 1);
    }

    private static String type(ObjectNode message) {
        return message.path("type").textValue();
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) new JsonMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
