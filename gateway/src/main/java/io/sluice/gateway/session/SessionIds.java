package io.sluice.gateway.session;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names for sessions: unique enough to find one in a log, and no secret. */
final class SessionIds {

    private static final int BYTES = 6;

    private SessionIds() {}

    static String next() {
        byte[] bytes = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
