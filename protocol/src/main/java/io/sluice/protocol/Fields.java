package io.sluice.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one JSON object and remembers the first failure, so that a message can be read from top to bottom
 * without a branch at every field. A value returned after a failure is a placeholder, which {@link #result} discards.
 */
final class Fields {

    private final ObjectNode object;
    private final String prefix;
    private @Nullable Failure failure;

    Fields(ObjectNode object) {
        this(object, "");
    }

    private Fields(ObjectNode object, String prefix) {
        this.object = object;
        this.prefix = prefix;
    }

    <T> Result<T> result(T value) {
        Failure first = failure;
        return first == null ? Result.ok(value) : new Result.Refused<>(first);
    }

    @Nullable
    String optionalString(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isTextual()) {
            refuse(name, "must be a string");
            return null;
        }
        return value == null ? null : value.textValue();
    }

    String string(String name) {
        String value = optionalString(name);
        if (value == null) {
            refuse(name, "is missing; it must be a string");
        }
        return value == null ? "" : value;
    }

    List<String> strings(String name, int max) {
        JsonNode value = find(name);
        if (value == null || !value.isArray()) {
            refuse(name, (value == null ? "is missing; it" : "") + " must be an array of strings");
            return List.of();
        }
        if (value.size() > max) {
            refuse(name, "has " + value.size() + " elements; the maximum is " + max);
            return List.of();
        }
        List<String> strings = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                refuse(name, "must be an array of strings");
                return List.of();
            }
            strings.add(element.textValue());
        }
        return strings;
    }

    /** A hint from 1 to max. Browsers report unknown values as 0, which reads as absent. */
    @Nullable
    Integer optionalInteger(String name, int max) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        int number = (int) whole(name, value, max);
        return number == 0 ? null : number;
    }

    /** A hint from min to max, where min is above 1; 0 reads as absent, as for all hints. */
    @Nullable
    Integer optionalInteger(String name, int min, int max) {
        Integer number = optionalInteger(name, max);
        if (number != null && number < min) {
            refuse(name, "must be 0 or a whole number from " + min + " to " + max);
        }
        return number;
    }

    /** A hint above 0 and up to max; 0 reads as absent, as for all hints. */
    @Nullable
    Double optionalDecimal(String name, int max) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        double number = value.doubleValue();
        if (!value.isNumber() || !(number >= 0 && number <= max)) {
            refuse(name, "must be a number from 0 to " + max);
            return null;
        }
        return number == 0 ? null : number;
    }

    int integer(String name) {
        return (int) count(name, Integer.MAX_VALUE);
    }

    long count(String name) {
        return count(name, Long.MAX_VALUE);
    }

    long count(String name, long max) {
        JsonNode value = find(name);
        if (value == null) {
            refuse(name, "is missing; it must be a whole number");
            return 0;
        }
        return whole(name, value, max);
    }

    private long whole(String name, JsonNode value, long max) {
        // 1280.0 is a whole number in JSON; canConvertToLong alone would also accept 1280.5 and truncate it.
        if (value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToLong()) {
            long number = value.longValue();
            if (number >= 0 && number <= max) {
                return number;
            }
        }
        refuse(name, "must be a whole number from 0 to " + max);
        return 0;
    }

    double decimal(String name) {
        JsonNode value = find(name);
        if (value == null || !value.isNumber() || !Double.isFinite(value.doubleValue())) {
            refuse(name, (value == null ? "is missing; it" : "") + " must be a number");
            return 0;
        }
        return value.doubleValue();
    }

    void flag(String name) {
        JsonNode value = find(name);
        if (value == null || !value.isBoolean()) {
            refuse(name, (value == null ? "is missing; it" : "") + " must be true or false");
        }
    }

    /** False if absent. */
    boolean optionalFlag(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isBoolean()) {
            refuse(name, "must be true or false");
        }
        return value != null && value.booleanValue();
    }

    /** A value that the function finds by its name; null if absent. */
    <E> @Nullable E optionalNamed(String name, Function<String, Optional<E>> ofName) {
        String text = optionalString(name);
        if (text == null) {
            return null;
        }
        Optional<E> value = ofName.apply(text);
        if (value.isEmpty()) {
            refuse(name, "has an unknown value");
        }
        return value.orElse(null);
    }

    /** Like {@link #optionalNamed}, but required; whatever is refused reads as the placeholder. */
    <E> E named(String name, Function<String, Optional<E>> ofName, E placeholder) {
        E value = optionalNamed(name, ofName);
        if (value == null) {
            refuse(name, "is missing; it must be a string");
        }
        return value == null ? placeholder : value;
    }

    /** A nested object, read by the function; null if absent. */
    <T> @Nullable T optionalObject(String name, Function<Fields, T> read) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof ObjectNode nested)) {
            refuse(name, "must be an object");
            return null;
        }
        Fields fields = new Fields(nested, prefix + name + ".");
        T result = read.apply(fields);
        if (failure == null) {
            failure = fields.failure;
        }
        return result;
    }

    void refuse(FailureCode code, String message) {
        if (failure == null) {
            failure = new Failure(code, message);
        }
    }

    private void refuse(String name, String problem) {
        refuse(
                FailureCode.MALFORMED_MESSAGE,
                String.format(Locale.ROOT, "The field \"%s%s\" %s.", prefix, name, problem.strip()));
    }

    /** A JSON null reads as an absent field. */
    private @Nullable JsonNode find(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }
}
