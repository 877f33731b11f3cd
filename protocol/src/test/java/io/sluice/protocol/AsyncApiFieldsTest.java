package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the fields in docs/asyncapi.yaml with the code, in both directions. The expectations are not repeated here
 * but taken from the codec: it writes the fields, and refuses a message in which one is missing or invalid.
 */
class AsyncApiFieldsTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ControlCodec CODEC = new ControlCodec();

    private final AsyncApi document = AsyncApi.read();

    static Stream<ObjectNode> fullMessages() {
        return Stream.concat(
                        Samples.FULL_CLIENT_MESSAGES.stream().map(CODEC::encode),
                        Samples.FULL_SERVER_MESSAGES.stream().map(CODEC::encode))
                .map(AsyncApiFieldsTest::json);
    }

    static Stream<ObjectNode> bareMessages() {
        return Stream.concat(
                        Samples.BARE_CLIENT_MESSAGES.stream().map(CODEC::encode),
                        Samples.BARE_SERVER_MESSAGES.stream().map(CODEC::encode))
                .map(AsyncApiFieldsTest::json);
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
            boolean inside = path.contains(".") && !message.has(path.substring(0, path.indexOf('.')));
            if (field.required() && !inside) {
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
            JsonNode gap = field.schema().path("not");
            if (!gap.isMissingNode()) {
                assertBound(
                        message,
                        path,
                        gap.path("minimum").longValue() - 1,
                        gap.path("minimum").longValue());
                assertBound(
                        message,
                        path,
                        gap.path("maximum").longValue() + 1,
                        gap.path("maximum").longValue());
            }
            assertThat(maximum.isMissingNode())
                    .as("%s has a maximum if it is a client's number", path)
                    .isEqualTo(!(Samples.CLIENT_TYPES.contains(type(message))
                            && field.schema().path("type").textValue().matches("integer|number")));
        });
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
        return Samples.CLIENT_TYPES.contains(type(original))
                ? CODEC.decode(changed.toString()).toOptional().isPresent()
                : CODEC.decodeServerMessage(changed.toString()).toOptional().isPresent();
    }

    private static Set<String> paths(ObjectNode object, String prefix) {
        Set<String> paths = new TreeSet<>();
        object.properties().forEach(entry -> {
            paths.add(prefix + entry.getKey());
            if (entry.getValue() instanceof ObjectNode nested && !nested.has("type")) {
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
