package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** {@code docs/openapi.yaml}: the documented responses, and whether an actual response conforms. */
final class OpenApi {

    private static final Set<String> METHODS = Set.of("get", "post", "delete", "put", "patch");

    private final JsonNode root;

    private OpenApi(JsonNode root) {
        this.root = root;
    }

    static OpenApi read() {
        try {
            return new OpenApi(new YAMLMapper()
                    .readTree(Path.of(System.getProperty("basedir", ""), "../docs/openapi.yaml")
                            .toFile()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** All documented responses, such as {@code get /api/streams 200}. */
    Set<String> responses() {
        Set<String> responses = new TreeSet<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(method -> METHODS.contains(method.getKey()))
                        .forEach(method -> method.getValue()
                                .path("responses")
                                .fieldNames()
                                .forEachRemaining(status ->
                                        responses.add(method.getKey() + " " + path.getKey() + " " + status))));
        return responses;
    }

    /** The fields of a schema. */
    Set<String> fields(String schema) {
        Set<String> names = new TreeSet<>();
        root.at("/components/schemas/" + schema + "/properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /**
     * Compares a response with the document.
     *
     * @param operation a method and a path, such as {@code get /api/streams}
     * @return the deviations
     */
    List<String> problems(String operation, HttpResponse<String> answer) {
        return problems(
                operation,
                answer.statusCode(),
                answer.headers().firstValue("content-type").orElse(""),
                answer.body());
    }

    List<String> problems(String operation, int status, String type, String body) {
        String[] words = operation.split(" ", 2);
        JsonNode response = resolved(root.path("paths")
                .path(words[1])
                .path(words[0])
                .path("responses")
                .path(Integer.toString(status)));
        if (response.isMissingNode()) {
            return List.of(operation + " never answers " + status);
        }
        JsonNode content = response.path("content").path(type.replaceAll(";.*", ""));
        if (content.isMissingNode()) {
            return List.of(operation + " never answers " + status + " with " + type);
        }
        if (content.path("schema").path("type").asText().equals("string")) {
            return List.of();
        }
        try {
            ObjectNode schema = JsonNodeFactory.instance.objectNode();
            schema.putArray("allOf").add(content.path("schema"));
            schema.set("components", root.path("components"));
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema)
                    .validate(
                            new JsonMapper().readTree(body),
                            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                    .stream()
                    .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                    .toList();
        } catch (IOException e) {
            return List.of("not JSON: " + body);
        }
    }

    private JsonNode resolved(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode() ? node : root.at(reference.textValue().substring(1));
    }
}
