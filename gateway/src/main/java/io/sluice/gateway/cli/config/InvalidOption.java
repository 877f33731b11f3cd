package io.sluice.gateway.cli.config;

import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What is wrong with the value of an option, in words that name it. */
public final class InvalidOption extends ParameterException {

    @Serial
    private static final long serialVersionUID = 1;

    /**
     * Says it.
     *
     * @param command whose option it is; picocli has set it
     * @param option its name
     * @param words what is wrong
     */
    public InvalidOption(@Nullable CommandSpec command, String option, String words) {
        super(Objects.requireNonNull(command).commandLine(), option + ": " + words, command.findOption(option), null);
    }

    /** The same of an option that names something which cannot be had. */
    public static InvalidOption because(@Nullable CommandSpec command, String option, Exception reason) {
        return new InvalidOption(command, option, words(reason));
    }

    private static String words(Exception reason) {
        if (reason instanceof NoSuchFileException missing) {
            return "there is no file " + missing.getFile();
        }
        if (reason instanceof AccessDeniedException denied) {
            return "the file " + denied.getFile() + " may not be read";
        }
        return Objects.requireNonNullElse(reason.getMessage(), reason.toString());
    }
}
