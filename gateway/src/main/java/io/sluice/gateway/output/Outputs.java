package io.sluice.gateway.output;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where streams go: to what the authorizer names, else to what is configured, and to the preview. Immutable. */
public final class Outputs {

    private final List<PublishTemplate> templates;
    private final boolean enhancedRtmp;
    private final @Nullable Previews previews;

    /**
     * The configured outputs.
     *
     * @param templates URLs to publish to
     * @param enhancedRtmp whether the receivers take Enhanced RTMP
     * @param previews where viewable streams go, or null for none
     */
    public Outputs(List<PublishTemplate> templates, boolean enhancedRtmp, @Nullable Previews previews) {
        this.templates = List.copyOf(templates);
        this.enhancedRtmp = enhancedRtmp;
        this.previews = previews;
    }

    /** Refused if the key does not fit. An error if the authorizer's URLs are none, or the preview's folder cannot be made. On any thread. */
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
                                "neither the configuration nor the authorizer names an output"))
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
                : terms.publishUrls().stream().map(Result::ok).toList();
    }

    public void retire(StreamKey key, String sessionId) {
        if (previews != null) {
            previews.retire(key, sessionId);
        }
    }
}
