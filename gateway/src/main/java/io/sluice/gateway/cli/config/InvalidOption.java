package io.sluice.gateway.cli.config;

import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** An option with an invalid value, or an invalid use of options. The message is for the operator. */
public final class InvalidOption extends ParameterException {

    @Serial
    private static final long serialVersionUID = 1;

    /**
     * An option with an invalid value.
     *
     * @param command the command that declares the option; picocli has set it
     * @param option its flag, which the message starts with
     * @param message what is invalid, without secrets
     */
    public InvalidOption(@Nullable CommandSpec command, String option, String message) {
        super(Objects.requireNonNull(command).commandLine(), option + ": " + message, command.findOption(option), null);
    }

    private InvalidOption(CommandSpec command, String message) {
        super(command.commandLine(), message);
    }

    /**
     * An error that is not about the value of one option.
     *
     * @param command the command
     * @param message what is invalid, without secrets
     * @return the error
     */
    static InvalidOption of(CommandSpec command, String message) {
        return new InvalidOption(command, message);
    }

    /**
     * An option that names something unusable, such as a file that does not exist.
     *
     * @param command the command that declares the option; picocli has set it
     * @param option its flag
     * @param reason why it is unusable
     * @return the error
     */
    public static InvalidOption because(@Nullable CommandSpec command, String option, Exception reason) {
        return new InvalidOption(command, option, message(reason));
    }

    private static String message(Exception reason) {
        if (reason instanceof NoSuchFileException missing) {
            return "no such file: " + missing.getFile();
        }
        if (reason instanceof AccessDeniedException denied) {
            return "no permission to read " + denied.getFile();
        }
        return Objects.requireNonNullElse(reason.getMessage(), reason.toString());
    }
}
