package io.sluice.e2e.bench;

import io.sluice.e2e.harness.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The measuring programs, built from their sources. */
record Instruments(Path load, Path sink, Path floor) {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    static Instruments build(Path sources, Path target) {
        return new Instruments(
                build(sources, target, "load"), build(sources, target, "sink"), build(sources, target, "floor"));
    }

    private static Path build(Path sources, Path target, String name) {
        Path program = target.resolve(name);
        List<String> command = Tool.CC.command(List.of(
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                program.toString(),
                sources.resolve(name + ".c").toString()));
        Tool.Run run = Tool.run(LIMIT, command, Map.of());
        if (run.exitCode() != 0) {
            throw new AssertionError(name + " could not be built: " + run.err());
        }
        return program;
    }
}
