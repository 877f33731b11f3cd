package io.sluice.gateway.output;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An RTMP or RTMPS URL in the parts that FFmpeg splits it into. One place knows the rules, so that what is checked,
 * allowed, redacted and published cannot differ. Immutable.
 *
 * @param scheme {@code rtmp} or {@code rtmps}
 * @param userInfo the user, or the user and the password with a colon between them; empty if there is none. Secret
 * @param host the host in lower case, in brackets if it is an IPv6 address
 * @param port the port; -1 for the scheme's default
 * @param path everything after the slash that ends the server, the query included; secret
 */
public record RtmpUrl(String scheme, String userInfo, String host, int port, String path) {

    private static final int RTMP_PORT = 1_935;
    private static final int RTMPS_PORT = 443;
    private static final int MAX_PORT = 65_535;

    /** FFmpeg cuts off an application after this many characters, in silence; as an option it rejects it. */
    private static final int MAX_APPLICATION = 127;

    /** As for the application. */
    private static final int MAX_PLAY_PATH = 511;

    /** Another way to name application and stream: FFmpeg's native RTMP finds it wherever it is in the URL. */
    private static final String OPTION = "slist=";

    /** With librtmp, options follow a space, in which a backslash escapes. */
    private static final Pattern OPTION_SEPARATOR = Pattern.compile("[\\x00-\\x20\\x7f\\\\]");

    /**
     * Parses a URL as strictly as operators' URLs are parsed.
     *
     * @param url the URL
     * @return its parts
     * @throws IllegalArgumentException if it is invalid; the message is meant for the operator and does not repeat the
     *     text
     */
    public static RtmpUrl parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "the publish URL is not a URL: " + e.getReason() + " at position " + (e.getIndex() + 1)
                            + "; expected rtmp://host/app/" + PublishTemplate.PLACEHOLDER,
                    e);
        }
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        if (!scheme.equals("rtmp") && !scheme.equals("rtmps")) {
            throw new IllegalArgumentException(
                    "the publish URL must start with rtmp:// or rtmps://, as in rtmp://host/app/"
                            + PublishTemplate.PLACEHOLDER);
        }
        if (uri.getHost() == null
                || uri.getRawPath() == null
                || uri.getRawPath().length() < 2) {
            throw new IllegalArgumentException(
                    "the publish URL must have a host and an application, as in rtmp://host/app/"
                            + PublishTemplate.PLACEHOLDER);
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("the publish URL must not contain '#'");
        }
        if (uri.getRawAuthority().endsWith(":") || uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
            throw new IllegalArgumentException(
                    "the publish URL must have a port from 1 to 65535 after the host and ':'");
        }
        String userInfo = Optional.ofNullable(uri.getRawUserInfo()).orElse("");
        if (uri.getRawUserInfo() != null && (userInfo.isEmpty() || userInfo.startsWith(":"))) {
            throw new IllegalArgumentException("the publish URL must have a user name before '@'");
        }
        RtmpUrl parsed = new RtmpUrl(
                scheme, userInfo, uri.getHost().toLowerCase(Locale.ROOT), uri.getPort(), url.substring(pathAt(url)));
        brokenRule(url).ifPresent(rule -> {
            throw new IllegalArgumentException("the publish URL " + rule);
        });
        return parsed;
    }

    /**
     * Why FFmpeg would publish a URL under another application or name than it says. For URLs that need not be as
     * strict as operators' URLs, because they are used as they are.
     *
     * @param url a URL that starts with rtmp:// or rtmps://
     * @return the rule that it breaks, such as "must not …"; empty if it breaks none
     */
    public static Optional<String> brokenRule(String url) {
        if (url.toLowerCase(Locale.ROOT).contains(OPTION)) {
            return Optional.of("must not contain '" + OPTION + "', which changes the application");
        }
        if (OPTION_SEPARATOR.matcher(url).find()) {
            return Optional.of("must not contain spaces, backslashes or control characters");
        }
        if (applicationOf(url).length() > MAX_APPLICATION) {
            return Optional.of("must not have an application of more than " + MAX_APPLICATION + " characters");
        }
        return playPathOf(url).length() > MAX_PLAY_PATH
                ? Optional.of("must not have more than " + MAX_PLAY_PATH + " characters after the application")
                : Optional.empty();
    }

    /**
     * Where the part after the server starts.
     *
     * @param url a URL with a scheme
     * @return the position after the slash, or the URL's length if there is none
     */
    public static int pathAt(String url) {
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        return slash < 0 ? url.length() : slash + 1;
    }

    /**
     * The application as FFmpeg finds it: two segments if the path has three, unless a colon marks the play path
     * earlier.
     *
     * @param url a URL with a scheme
     * @return the application; possibly empty
     */
    public static String applicationOf(String url) {
        String path = url.substring(pathAt(url));
        int playPathAt = playPathAt(path);
        return playPathAt < 0 ? path : path.substring(0, playPathAt - 1);
    }

    /**
     * The name of the stream with its query, as FFmpeg finds it.
     *
     * @param url a URL with a scheme
     * @return the play path; empty if there is none
     */
    public static String playPathOf(String url) {
        String path = url.substring(pathAt(url));
        int playPathAt = playPathAt(path);
        return playPathAt < 0 ? "" : path.substring(playPathAt);
    }

    private static int playPathAt(String path) {
        int first = path.indexOf('/');
        if (first < 0 || path.startsWith("ondemand/")) {
            return first < 0 ? -1 : first + 1;
        }
        int second = path.indexOf('/', first + 1);
        int colon = path.indexOf(':', first + 1);
        return second < 0 || (colon >= 0 && colon < second) ? first + 1 : second + 1;
    }

    /**
     * The password.
     *
     * @return what follows the first colon of the user information; empty if there is none. Secret
     */
    public String password() {
        int colon = userInfo.indexOf(':');
        return colon < 0 ? "" : userInfo.substring(colon + 1);
    }

    /**
     * Scheme, host and port, which are not secret.
     *
     * @return such as {@code rtmp://host} or {@code rtmps://[::1]:4433}
     */
    public String server() {
        return scheme + "://" + host + (port < 0 ? "" : ":" + port);
    }

    /**
     * The server with its port, to compare servers.
     *
     * @return such as {@code rtmp://host:1935}
     */
    public String serverWithPort() {
        int effective = port >= 0 ? port : scheme.equals("rtmps") ? RTMPS_PORT : RTMP_PORT;
        return scheme + "://" + host + ":" + effective;
    }

    /** Shows only the server. */
    @Override
    public String toString() {
        return server() + "/…";
    }
}
