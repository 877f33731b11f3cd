package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of the loopback interface. */
public final class Ports {

    /** Below the range from which Linux takes ports for outgoing connections, which could be in our way. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;

    /** A program may not listen yet when the next test looks for a port. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port that nobody listens on, for a program that cannot choose one itself. */
    public static int free() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(port)) {
                    return probe.getLocalPort();
                }
            } catch (IOException e) {
                // Taken: try another.
            }
        }
        throw new AssertionError("no free port from " + FIRST + " to " + LAST);
    }

    /** Looks without connecting, because some receivers take the first connection for the publisher. */
    static boolean isListening(int port) {
        String listening = String.format(Locale.ROOT, ":%04X 00000000:0000 0A", port);
        try {
            return Files.readString(Path.of("/proc/net/tcp")).contains(listening);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
