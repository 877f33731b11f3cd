package io.sluice.gateway.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to run, and what of the surroundings it may see. There is no shell in between and nothing is inherited.
 *
 * @param command the program's absolute path, and its arguments
 * @param environment the whole environment of the child; the parent's is not added
 * @param directory the working directory; it must exist
 */
public record ProcessSpec(List<String> command, Map<String, String> environment, Path directory) {

    /**
     * Copies what it is given.
     *
     * @param command the program and its arguments
     * @param environment the whole environment
     * @param directory the working directory
     * @throws IllegalArgumentException if the command is empty
     */
    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least the program's path");
        }
    }

    /** Names the program only: arguments and environment may hold secrets. */
    @Override
    public String toString() {
        return "ProcessSpec[" + command.get(0) + " with " + (command.size() - 1) + " arguments]";
    }
}
