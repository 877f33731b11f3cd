package io.sluice.gateway.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Collects errors so that all of them are reported together. Keeps only the first error of each option, because later
 * ones may follow from it. Not thread-safe.
 */
public final class InvalidOptions {

    private final Map<ArgSpec, Exception> byOption = new LinkedHashMap<>();
    private final List<Exception> others = new ArrayList<>();
    private boolean incomplete;

    /** For one load of the configuration. */
    public InvalidOptions() {}

    /**
     * Adds an error.
     *
     * @param error its message is for the operator
     */
    public void add(Exception error) {
        if (error instanceof ParameterException invalid && invalid.getArgSpec() != null) {
            byOption.putIfAbsent(invalid.getArgSpec(), invalid);
        } else {
            others.add(error);
        }
    }

    /**
     * Adds an error if a condition is true.
     *
     * @param invalid the condition
     * @param command the command that declares the option; picocli has set it
     * @param option its flag
     * @param message what is invalid, without secrets
     */
    public void addIf(boolean invalid, @Nullable CommandSpec command, String option, String message) {
        if (invalid) {
            add(new InvalidOption(command, option, message));
        }
    }

    /**
     * Adds an error if only one of two options is set that need each other.
     *
     * @param command the command that declares the options; picocli has set it
     * @param one a flag
     * @param hasOne whether it is set
     * @param other the other flag
     * @param hasOther whether it is set
     */
    public void addUnlessBoth(
            @Nullable CommandSpec command, String one, boolean hasOne, String other, boolean hasOther) {
        // Half of the file could not be read: it may contain the missing option.
        if (!incomplete) {
            addIf(hasOne != hasOther, command, hasOne ? one : other, one + " and " + other + " need each other");
        }
    }

    /**
     * Calls something that fails with an {@link InvalidOption} if an option is invalid, and adds the error.
     *
     * @param supplier the call
     * @param <T> the type of the result
     * @return the result, or null after an error
     */
    public <T> @Nullable T collect(Supplier<? extends @Nullable T> supplier) {
        try {
            return supplier.get();
        } catch (InvalidOption e) {
            add(e);
            return null;
        }
    }

    /** Some options could not be read, so that it is unknown which ones are set. */
    void markIncomplete() {
        incomplete = true;
    }

    /**
     * All errors.
     *
     * @return errors of no option first
     */
    public List<Exception> all() {
        List<Exception> all = new ArrayList<>(others);
        all.addAll(byOption.values());
        return all;
    }
}
