package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.Output;
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

    /** An error if the authorizer's URLs are none, or the preview's folder cannot be made. Signalled on any thread. */
    Mono<List<Output>> of(PublishRequest request, Authorization.Allowed allowed) {
        return Mono.defer(() -> {
            List<Output> outputs = new ArrayList<>();
            for (String url : urls(request.streamKey(), allowed)) {
                outputs.add(new Output.RtmpOutput(url, enhancedRtmp));
            }
            if (previews == null) {
                return outputs.isEmpty()
                        ? Mono.error(new IllegalStateException(
                                "neither the configuration nor the authorizer names an output"))
                        : Mono.just(outputs);
            }
            return previews.open(request.streamKey(), request.sessionId()).map(folder -> {
                outputs.add(new Output.HlsOutput(folder));
                return outputs;
            });
        });
    }

    private List<String> urls(StreamKey key, Authorization.Allowed allowed) {
        return allowed.publishUrls().isEmpty()
                ? templates.stream().map(template -> template.urlFor(key)).toList()
                : allowed.publishUrls();
    }

    void retire(PublishRequest request) {
        if (previews != null) {
            previews.retire(request.streamKey(), request.sessionId());
        }
    }
}
