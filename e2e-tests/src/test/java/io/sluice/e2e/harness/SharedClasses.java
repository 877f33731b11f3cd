package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gateway's classes as the JVM maps them, written once by a first gateway. The tests start a hundred gateways, and
 * each start takes a third less processor time with it. A JVM that cannot use the archive ignores it.
 */
final class SharedClasses {

    private static final Path ARCHIVE = Path.of("target", "e2e", "sluice.jsa").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static boolean isTried;

    private SharedClasses() {}

    /** Nothing if it could not be written: the tests are slower, and no less true. */
    static synchronized Optional<Path> of(String java, Path jar) {
        if (!isTried) {
            isTried = true;
            if (!isNewerThan(jar)) {
                write(java, jar);
            }
        }
        return Optional.of(ARCHIVE).filter(Files::exists);
    }

    private static boolean isNewerThan(Path jar) {
        try {
            return Files.exists(ARCHIVE)
                    && Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(jar)) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A gateway that becomes ready, answers once, and leaves on SIGTERM. */
    private static void write(String java, Path jar) {
        try {
            Files.createDirectories(ARCHIVE.getParent());
            Files.deleteIfExists(ARCHIVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String script = """
                "$0" -Xmx256m -XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit="$2" \\
                  -jar "$1" --host 127.0.0.1 --port 0 >"$2.log" 2>&1 &
                for i in $(seq 600); do
                  grep -q "http://" "$2.log" && break
                  sleep 0.1
                done
                kill $!
                wait $!
                """;
        Tool.run(LIMIT, List.of("/bin/sh", "-c", script, java, jar.toString(), ARCHIVE.toString()), Map.of());
    }
}
