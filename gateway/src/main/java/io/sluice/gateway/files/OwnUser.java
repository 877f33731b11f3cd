package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user that this process runs as. */
public final class OwnUser {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int UNKNOWN = -1;
    private static final int UID = read();

    private OwnUser() {}

    /**
     * The number of the effective user.
     *
     * @return the number, or -1 if the platform has none
     */
    public static int uid() {
        return UID;
    }

    private static int read() {
        try {
            // Not the owner of /proc/self: that is root for a Java that has capabilities of its own.
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .map(line -> Integer.parseInt(line.split("\\s+", -1)[2]))
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return ofNewFile();
        }
    }

    private static int ofNewFile() {
        try {
            Path file = Files.createTempFile("sluice", ".uid");
            try {
                return PathFacts.supported(file) ? PathFacts.of(file).uid() : UNKNOWN;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
