package io.sluice.gateway.output;

import java.util.Locale;

/**
 * The server of an RTMP URL, as FFmpeg finds it, also in URLs that {@link RtmpUrl} refuses. Nothing of it is secret.
 *
 * @param secure whether its scheme is {@code rtmps}
 * @param host in lower case, without brackets; empty if the URL has none
 * @param port the port
 */
public record RtmpServer(boolean secure, String host, int port) {

    private static final int RTMP_PORT = 1_935;
    private static final int RTMPS_PORT = 443;
    private static final int MAX_PORT = 65_535;

    /**
     * Finds the server of an output.
     *
     * @param output the output
     * @return its server
     */
    public static RtmpServer of(Output.RtmpOutput output) {
        String url = output.url();
        boolean secure = output.scheme().equals("rtmps");
        String authority =
                url.substring(url.indexOf("://") + 3).split("[/?#]", 2)[0].toLowerCase(Locale.ROOT);
        String address = authority.substring(authority.lastIndexOf('@') + 1);
        int bracket = address.startsWith("[") ? address.indexOf(']') : -1;
        int colon = bracket < 0 ? address.lastIndexOf(':') : address.indexOf(':', bracket);
        String host = bracket < 0 ? colon < 0 ? address : address.substring(0, colon) : address.substring(1, bracket);
        return new RtmpServer(
                secure, host, colon < 0 ? defaultPort(secure) : portOf(address.substring(colon + 1), secure));
    }

    private static int portOf(String digits, boolean secure) {
        try {
            int port = Integer.parseInt(digits);
            return port < 1 || port > MAX_PORT ? defaultPort(secure) : port;
        } catch (NumberFormatException e) {
            return defaultPort(secure);
        }
    }

    private static int defaultPort(boolean secure) {
        return secure ? RTMPS_PORT : RTMP_PORT;
    }

    /** Such as {@code rtmp://host:1935}. */
    @Override
    public String toString() {
        return (secure ? "rtmps://" : "rtmp://") + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
