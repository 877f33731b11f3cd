package io.sluice.gateway;

import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.admission.StreamLimits;
import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.ffmpeg.FfmpegLimits;
import io.sluice.gateway.session.Authorizer;
import io.sluice.gateway.session.PublishTemplate;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.session.SessionListener;
import io.sluice.gateway.websocket.OriginRule;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.ProxyTrust;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is set up. Immutable; made by {@link GatewayBuilder}.
 *
 * @param publish where streams go, each with a place for the key
 * @param enhancedRtmp whether the receivers take Enhanced RTMP
 * @param preview whether streams can be watched at the gateway
 * @param previewLinger how long a preview can be fetched after its stream's end
 * @param ffmpeg the program to use, or null to look for one
 * @param ffmpegEnvironment names of variables that FFmpeg gets besides the usual few; a trailing {@code *} stands for any ending
 * @param ffmpegLimits what each FFmpeg may use
 * @param outputTimeout how long an output may take nothing before FFmpeg gives it up
 * @param maxPendingStarts how many FFmpegs may wait to be started
 * @param limits the bounds of a stream
 * @param streamLimits how much a stream may send
 * @param admissionLimits how many streams there may be
 * @param loadLimits what they may take of the machine
 * @param origins which pages may connect
 * @param proxies whose word about a client's address is taken
 * @param proxyHeader where they give it
 * @param authorizer who may publish, or null if everybody may
 * @param allowedOutputs to which servers the authorizer may send streams, or null for all
 * @param listener hears of every stream
 */
record GatewayConfig(
        List<PublishTemplate> publish,
        boolean enhancedRtmp,
        boolean preview,
        Duration previewLinger,
        @Nullable Path ffmpeg,
        List<String> ffmpegEnvironment,
        FfmpegLimits ffmpegLimits,
        Duration outputTimeout,
        int maxPendingStarts,
        SessionLimits limits,
        StreamLimits streamLimits,
        AdmissionLimits admissionLimits,
        LoadLimits loadLimits,
        OriginRule origins,
        ProxyTrust proxies,
        ProxyHeader proxyHeader,
        @Nullable Authorizer authorizer,
        @Nullable AllowedOutputs allowedOutputs,
        SessionListener listener) {

    /** Who decides, within the bounds that are set. */
    Authorizer decider() {
        if (authorizer == null) {
            return Authorizer.open();
        }
        return allowedOutputs == null ? authorizer : allowedOutputs.guard(authorizer);
    }

    /** What a gateway that was started with this configuration cannot take from another, by the builder's names. */
    List<String> fixedUnlike(GatewayConfig other) {
        return Stream.of(
                        Map.entry("ffmpeg", Objects.equals(ffmpeg, other.ffmpeg)),
                        Map.entry("ffmpegEnvironment", ffmpegEnvironment.equals(other.ffmpegEnvironment)),
                        Map.entry("ffmpegLimits", ffmpegLimits.equals(other.ffmpegLimits)),
                        Map.entry("maxPendingStarts", maxPendingStarts == other.maxPendingStarts),
                        Map.entry("previewLinger", previewLinger.equals(other.previewLinger)))
                .filter(same -> !same.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }
}
