package io.sluice.gateway.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A program in FFmpeg's place that writes what it reads to a file by the number of its run. */
final class RecordingProgram {

    private final Path folder;

    /** Puts the program into the stage. */
    RecordingProgram(SessionStage stage) {
        this(stage, "");
    }

    /** The same with shell commands that it runs after the end of its input, before it exits. */
    RecordingProgram(SessionStage stage, String atTheEnd) {
        folder = stage.folder();
        Path program = folder.resolve("record");
        try {
            // mkdir is atomic, so each run gets a number of its own.
            Files.writeString(program, """
                    #!/bin/sh
                    n=0
                    until mkdir "%1$s/run-$n" 2>/dev/null; do n=$((n+1)); done
                    cat > "%1$s/run-$n/stdin"
                    %2$s
                    printf 'total_size=1\\nout_time_us=1000000\\nprogress=end\\n'
                    """.formatted(folder, atTheEnd));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stage.withProgram(program.toString());
    }

    /** What a run has read; nothing if it has not started. */
    byte[] readBy(int run) {
        try {
            Path stdin = folder.resolve("run-" + run).resolve("stdin");
            return Files.exists(stdin) ? Files.readAllBytes(stdin) : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int runs() {
        int run = 0;
        while (Files.exists(folder.resolve("run-" + run))) {
            run++;
        }
        return run;
    }
}
