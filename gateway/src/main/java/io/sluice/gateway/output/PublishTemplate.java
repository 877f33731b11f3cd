package io.sluice.gateway.output;

import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.util.regex.Pattern;

/**
 * An RTMP or RTMPS URL with a placeholder for the stream key, such as {@code rtmp://host/app/{streamKey}}. Without the
 * placeholder, every stream is published to the same URL.
 */
public final class PublishTemplate {

    /** Replaced by the stream key. */
    public static final String PLACEHOLDER = "{streamKey}";

    /** Characters that end a path, start another parameter, or change where FFmpeg splits application and stream. */
    private static final Pattern DELIMITER = Pattern.compile("[?&:]");

    /**
     * FFmpeg publishes {@code x.flv} as {@code x}, which may be another publisher's key (measured, 5.1), and
     * {@code x.mp4} as {@code mp4:x.mp4}.
     */
    private static final Pattern REWRITTEN = Pattern.compile("\\.(flv|f4v|mp4)$");

    private final String template;
    private final RtmpUrl shape;

    private PublishTemplate(String template, RtmpUrl shape) {
        this.template = template;
        this.shape = shape;
    }

    /**
     * Parses a template.
     *
     * @param template the operator's text
     * @return the template
     * @throws IllegalArgumentException if it is invalid; the message is meant for the operator and does not repeat the
     *     text
     */
    public static PublishTemplate parse(String template) {
        RtmpUrl shape = RtmpUrl.parse(template.replace(PLACEHOLDER, "streamKey"));
        int placeholder = template.indexOf(PLACEHOLDER);
        if (placeholder >= 0 && placeholder < RtmpUrl.pathAt(template)) {
            throw new IllegalArgumentException("the publish URL must not contain " + PLACEHOLDER + " before its path");
        }
        return new PublishTemplate(template, shape);
    }

    /**
     * Whether it is an RTMPS URL.
     *
     * @return false for RTMP
     */
    public boolean isTls() {
        return shape.scheme().equals("rtmps");
    }

    /**
     * The beginning of the URL without its secrets.
     *
     * @return scheme and host, such as {@code rtmps://live.example.org}
     */
    public String server() {
        return shape.scheme() + "://" + shape.host();
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
     * The URL for one stream, or a refusal if the key would change another part of the URL. A key may contain a query,
     * as those of some platforms do. That is accepted at the end of a URL that has no query itself; anywhere else it
     * would change the operator's URL.
     *
     * @param key the stream's key
     * @return the URL, which is secret
     */
    Result<String> urlFor(StreamKey key) {
        String url = template.replace(PLACEHOLDER, key.value());
        boolean atEnd = template.indexOf(PLACEHOLDER) == template.length() - PLACEHOLDER.length();
        boolean delimitersAllowed = !template.contains(PLACEHOLDER) || (atEnd && template.indexOf('?') < 0);
        if (!delimitersAllowed && DELIMITER.matcher(key.value()).find()) {
            return refused("must not contain ?, & or :");
        }
        if (template.contains(PLACEHOLDER) && REWRITTEN.matcher(url).find()) {
            return refused("must not end in .flv, .f4v or .mp4");
        }
        return RtmpUrl.brokenRule(url).isEmpty()
                ? Result.ok(url)
                : refused("must not be too long for the output URL, nor complete 'slist=' in it");
    }

    private static Result<String> refused(String rule) {
        return Result.refused(FailureCode.INVALID_STREAM_KEY, "On this gateway, a stream key " + rule + ".");
    }

    /** Shows scheme, host, port and, if it contains the placeholder and therefore no key, the path. */
    @Override
    public String toString() {
        int query = template.indexOf('?');
        boolean harmless =
                template.contains(PLACEHOLDER) && query < 0 && shape.userInfo().isEmpty();
        return harmless ? shape.server() + "/" + template.substring(RtmpUrl.pathAt(template)) : shape.toString();
    }
}
