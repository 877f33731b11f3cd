package io.sluice.gateway.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to run, and in which environment. No shell is involved and nothing is inherited.
 *
 * @param command the program's absolute path, and its arguments
 * @param environment the child's complete environment; the parent's is not added
 * @param directory the working directory; it must exist
 */
public record ProcessSpec(List<String> command, Map<String, String> environment, Path directory) {

    /**
     * Copies the collections.
     *
     * @param command the program and its arguments
     * @param environment the complete environment
     * @param directory the working directory
     * @throws IllegalArgumentException if the command is empty
     */
    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the command must contain at least the program's path");
        }
    }

    /** Shows the program only; arguments and environment may contain secrets. */
    @Override
    public String toString() {
        return "ProcessSpec[" + command.get(0) + " with " + (command.size() - 1) + " arguments]";
    }
}
