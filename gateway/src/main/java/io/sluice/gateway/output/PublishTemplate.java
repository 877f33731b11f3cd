package io.sluice.gateway.output;

import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An RTMP or RTMPS URL with a place for the stream key, such as {@code rtmp://host/app/{streamKey}}. Without the place, every stream goes
 * to the same URL.
 */
public final class PublishTemplate {

    /** The place that a stream's key takes. */
    public static final String PLACEHOLDER = "{streamKey}";

    /** What ends a path, begins another parameter, or makes FFmpeg divide application and stream elsewhere. */
    private static final Pattern MEANS_MORE = Pattern.compile("[?&:]");

    /** FFmpeg publishes {@code x.flv} as {@code x}, which is somebody else's key (measured, 5.1), and {@code x.mp4} as {@code mp4:x.mp4}. */
    private static final Pattern REWRITTEN = Pattern.compile("\\.(flv|f4v|mp4)$");

    private final String template;
    private final URI shape;

    private PublishTemplate(String template, URI shape) {
        this.template = template;
        this.shape = shape;
    }

    /**
     * Reads a template.
     *
     * @param template as the operator wrote it
     * @return the template
     * @throws IllegalArgumentException with words for the operator if it is none
     */
    public static PublishTemplate parse(String template) {
        URI shape;
        try {
            shape = new URI(template.replace(PLACEHOLDER, "streamKey"));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "the publish URL is not a URL: " + e.getReason() + " at position " + (e.getIndex() + 1)
                            + "; expected rtmp://host/app/" + PLACEHOLDER,
                    e);
        }
        String scheme = Optional.ofNullable(shape.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        if (!scheme.equals("rtmp") && !scheme.equals("rtmps")) {
            throw new IllegalArgumentException(
                    "the publish URL must start with rtmp:// or rtmps://, as in rtmp://host/app/" + PLACEHOLDER);
        }
        if (shape.getHost() == null
                || shape.getRawPath() == null
                || shape.getRawPath().length() < 2) {
            throw new IllegalArgumentException(
                    "the publish URL needs a host and an application, as in rtmp://host/app/" + PLACEHOLDER);
        }
        if (shape.getRawFragment() != null) {
            throw new IllegalArgumentException("the publish URL must have no '#'");
        }
        int placeholder = template.indexOf(PLACEHOLDER);
        int path = template.indexOf('/', template.indexOf("://") + 3);
        if (placeholder >= 0 && placeholder < path) {
            throw new IllegalArgumentException("the publish URL may not have " + PLACEHOLDER + " before its path");
        }
        return new PublishTemplate(template, shape);
    }

    /**
     * Whether each stream has its own URL.
     *
     * @return false if all streams use the same one
     */
    public boolean hasPlaceholder() {
        return template.contains(PLACEHOLDER);
    }

    /**
     * The URL for one stream, or a refusal of a key that would leave its place. A key may bring a query, as those of some platforms do;
     * that is sound at the end of a URL without a query of its own, and anywhere else it would change what the operator wrote.
     *
     * @param key the stream's key
     * @return a secret
     */
    Result<String> urlFor(StreamKey key) {
        String url = template.replace(PLACEHOLDER, key.value());
        boolean standsLast = template.indexOf(PLACEHOLDER) == template.length() - PLACEHOLDER.length();
        boolean free = !template.contains(PLACEHOLDER) || (standsLast && template.indexOf('?') < 0);
        if (!free && MEANS_MORE.matcher(key.value()).find()) {
            return refused("can have no ?, & or :");
        }
        return template.contains(PLACEHOLDER) && REWRITTEN.matcher(url).find()
                ? refused("cannot end in .flv, .f4v or .mp4")
                : Result.ok(url);
    }

    private static Result<String> refused(String what) {
        return Result.refused(
                FailureCode.INVALID_STREAM_KEY, "Where this gateway publishes to, a stream key " + what + ".");
    }

    /** Shows scheme, host and, where a placeholder makes it harmless, the path. */
    @Override
    public String toString() {
        String server =
                shape.getScheme() + "://" + shape.getHost() + (shape.getPort() < 0 ? "" : ":" + shape.getPort());
        int query = template.indexOf('?');
        boolean harmless = template.contains(PLACEHOLDER) && query < 0 && shape.getUserInfo() == null;
        return harmless
                ? server + template.substring(template.indexOf('/', template.indexOf("://") + 3))
                : server + "/…";
    }
}
