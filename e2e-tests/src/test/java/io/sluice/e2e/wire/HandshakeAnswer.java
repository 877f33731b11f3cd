package io.sluice.e2e.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the gateway answered the request for a WebSocket.
 *
 * @param status 101 if it is one now
 * @param headers by lower-case name
 */
public record HandshakeAnswer(int status, Map<String, String> headers) {

    private static final int MAX_HEAD_BYTES = 16_384;

    public boolean isUpgraded() {
        return status == 101;
    }

    public Optional<String> protocol() {
        return Optional.ofNullable(headers.get("sec-websocket-protocol"));
    }

    static HandshakeAnswer read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || head.length() > MAX_HEAD_BYTES) {
                throw new EOFException("no whole HTTP answer, only: " + head);
            }
            head.append((char) next);
        }
        String[] lines = head.toString().split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new HandshakeAnswer(Integer.parseInt(lines[0].split(" ", -1)[1]), headers);
    }
}
