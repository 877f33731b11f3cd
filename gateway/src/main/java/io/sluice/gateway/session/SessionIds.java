package io.sluice.gateway.session;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Generates session ids: unique enough to find a session in a log, and not secret. */
final class SessionIds {

    private static final int BYTES = 6;

    private SessionIds() {}

    static String next() {
        byte[] bytes = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
