package io.sluice.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The content of {@code docs/asyncapi.yaml}, with references resolved. */
final class AsyncApi {

    /**
     * One field of a message as documented.
     *
     * @param schema with references resolved
     * @param required within the enclosing object
     */
    record Field(JsonNode schema, boolean required) {}

    private final JsonNode root;

    private AsyncApi(JsonNode root) {
        this.root = root;
    }

    static AsyncApi read() {
        try {
            return new AsyncApi(new YAMLMapper().readTree(docs("asyncapi.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String docs(String name) {
        try {
            return Files.readString(Path.of(System.getProperty("basedir", ""))
                    .resolve("../docs")
                    .resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode at(String pointer) {
        JsonNode node = root.at(pointer);
        if (node.isMissingNode()) {
            throw new AssertionError("docs/asyncapi.yaml has no " + pointer);
        }
        return resolve(node);
    }

    /** The documented messages by their {@code type}, without the binary one. */
    Map<String, JsonNode> messages() {
        Map<String, JsonNode> messages = new TreeMap<>();
        at("/components/messages").properties().forEach(entry -> {
            JsonNode type = resolve(entry.getValue().path("payload")).at("/properties/type/const");
            if (!type.isMissingNode()) {
                messages.put(type.textValue(), entry.getValue());
            }
        });
        return messages;
    }

    /** The documented fields of a message; those of nested objects by path, such as {@code video.width}. */
    Map<String, Field> fields(String type) {
        JsonNode message = messages().get(type);
        if (message == null) {
            throw new AssertionError("docs/asyncapi.yaml has no message of the type " + type);
        }
        Map<String, Field> fields = new LinkedHashMap<>();
        collect(resolve(message.path("payload")), "", fields);
        return fields;
    }

    private void collect(JsonNode schema, String prefix, Map<String, Field> fields) {
        Set<String> required = new TreeSet<>();
        schema.path("required").forEach(name -> required.add(name.textValue()));
        schema.path("properties").properties().forEach(entry -> {
            JsonNode property = resolve(entry.getValue());
            fields.put(prefix + entry.getKey(), new Field(property, required.remove(entry.getKey())));
            // A message inside a message is described at its own place.
            if (!property.at("/properties/type").has("const")) {
                collect(property, prefix + entry.getKey() + ".", fields);
            }
        });
        if (!required.isEmpty()) {
            throw new AssertionError("docs/asyncapi.yaml requires fields that it does not describe: " + required);
        }
    }

    /** The names of the referenced messages. */
    static Set<String> names(JsonNode references) {
        Set<String> names = new TreeSet<>();
        for (JsonNode reference : references) {
            String pointer = reference.path("$ref").textValue();
            names.add(pointer.substring(pointer.lastIndexOf('/') + 1));
        }
        return names;
    }

    private JsonNode resolve(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode() ? node : at(reference.textValue().substring(1));
    }
}
