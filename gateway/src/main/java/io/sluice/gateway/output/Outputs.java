package io.sluice.gateway.output;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Determines a stream's outputs: those that the authorizer names, otherwise the configured ones, and the preview.
 * Immutable.
 */
public final class Outputs {

    private static final Logger LOG = LoggerFactory.getLogger(Outputs.class);

    private final List<PublishTemplate> templates;
    private final boolean enhancedRtmp;
    private final @Nullable Previews previews;

    /**
     * Sets the configured outputs.
     *
     * @param templates where to publish unless the authorizer names URLs
     * @param enhancedRtmp whether the receivers accept Enhanced RTMP
     * @param previews the preview directories, or null for no previews
     */
    public Outputs(List<PublishTemplate> templates, boolean enhancedRtmp, @Nullable Previews previews) {
        this.templates = List.copyOf(templates);
        this.enhancedRtmp = enhancedRtmp;
        this.previews = previews;
    }

    /**
     * A stream's outputs. Creates the preview's directory; the caller must call {@link #retire} when the stream has
     * ended. Callable from any thread; the result may arrive on another.
     *
     * @param request the stream key and session id
     * @param terms the authorizer's URLs, if any
     * @return the outputs, or a refusal if a template cannot take the key or FFmpeg would change a URL; an error if
     *     there is no output, if a URL of the authorizer is not RTMP, or if the preview's directory cannot be created
     */
    public Mono<Result<List<Output>>> of(PublishRequest request, Authorization.Allowed terms) {
        return Mono.defer(() -> {
            List<Output> outputs = new ArrayList<>();
            for (Result<String> url : urls(request.streamKey(), terms)) {
                if (url instanceof Result.Refused<String> refused) {
                    return Mono.just(new Result.Refused<>(refused.failure()));
                }
                outputs.add(new Output.RtmpOutput(url.orElseThrow(), enhancedRtmp));
            }
            if (previews == null) {
                return outputs.isEmpty()
                        ? Mono.error(new IllegalStateException(
                                "No output: neither the configuration nor the authorizer names one."))
                        : Mono.just(Result.ok(outputs));
            }
            return previews.open(request.streamKey(), request.sessionId()).map(folder -> {
                outputs.add(new Output.HlsOutput(folder));
                return Result.ok(outputs);
            });
        });
    }

    private List<Result<String>> urls(StreamKey key, Authorization.Allowed terms) {
        return terms.publishUrls().isEmpty()
                ? templates.stream().map(template -> template.urlFor(key)).toList()
                : terms.publishUrls().stream().map(Outputs::verbatim).toList();
    }

    private static Result<String> verbatim(String url) {
        return RtmpUrl.brokenRule(url)
                .<Result<String>>map(rule -> {
                    LOG.warn("The authorizer named an output that cannot be used: its URL {}", rule);
                    return Result.refused(
                            FailureCode.AUTHORIZER_FAILED,
                            "The output that was chosen for this stream cannot be used: tell the gateway's operator.");
                })
                .orElseGet(() -> Result.ok(url));
    }

    /**
     * When FFmpeg last wrote a preview's playlist, which it does with each segment. Callable from any thread; the
     * result may arrive on another.
     *
     * @param folder the preview's directory
     * @return the time, or the epoch if there is no playlist; an error if it cannot be read
     */
    public Mono<Instant> previewWritten(Path folder) {
        return previews == null ? Mono.just(Instant.EPOCH) : previews.written(folder);
    }

    /**
     * Releases what {@link #of} created, after the preview's linger time. Callable from any thread.
     *
     * @param key the stream's key
     * @param sessionId the session that has ended
     */
    public void retire(StreamKey key, String sessionId) {
        if (previews != null) {
            previews.retire(key, sessionId);
        }
    }
}
