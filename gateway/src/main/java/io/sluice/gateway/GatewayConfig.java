package io.sluice.gateway;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.ffmpeg.run.FfmpegLimits;
import io.sluice.gateway.output.PublishTemplate;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.session.SessionListener;
import io.sluice.gateway.websocket.OriginPolicy;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.TrustedProxies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a gateway. Immutable; built by {@link GatewayBuilder}, read from {@link Gateway#config()}.
 *
 * @param outputs where streams are published
 * @param ffmpeg which FFmpeg runs, and how
 * @param limits the limits of sessions, streams and the machine
 * @param access who can connect and publish
 * @param listener receives the events of every stream
 * @param stateFolder where the gateway keeps what it needs on disk while it runs; null for the default
 */
public record GatewayConfig(
        Outputs outputs,
        FfmpegSettings ffmpeg,
        Limits limits,
        Access access,
        SessionListener listener,
        @Nullable Path stateFolder) {

    /**
     * Where streams are published.
     *
     * @param publish RTMP URLs, each with a placeholder for the stream key; prints without secrets
     * @param enhancedRtmp whether the receivers accept Enhanced RTMP
     * @param preview whether streams can be watched at the gateway
     * @param previewLinger how long a preview can be fetched after its stream has ended
     * @param timeout how long an output can accept no data before FFmpeg ends the stream
     * @param caFile the certificate authorities of RTMPS servers; null for the system's
     * @param tlsInsecure whether the certificates of RTMPS servers are not verified
     */
    public record Outputs(
            List<PublishTemplate> publish,
            boolean enhancedRtmp,
            boolean preview,
            Duration previewLinger,
            Duration timeout,
            @Nullable Path caFile,
            boolean tlsInsecure) {

        /** Names the configured URLs without secrets, or the preview if there are none. */
        @Override
        public String toString() {
            return publish.isEmpty() ? "the preview" : publish.toString();
        }
    }

    /**
     * Which FFmpeg runs, and how.
     *
     * @param program the program's path; null to search for one
     * @param environment names of environment variables that FFmpeg receives in addition to the default ones; a
     *     trailing {@code *} matches any suffix
     * @param limits what each process can use
     * @param user runs FFmpeg; null for the gateway's own user
     * @param maxPendingStarts how many processes can wait for their start
     */
    public record FfmpegSettings(
            @Nullable Path program,
            List<String> environment,
            FfmpegLimits limits,
            @Nullable String user,
            int maxPendingStarts) {}

    /**
     * The limits of sessions, streams and the machine.
     *
     * @param session timeouts and buffer sizes of each session
     * @param admission how many streams can run and start
     * @param load how much of the machine streams can use
     * @param replayMemory bytes of delivered media that all streams together may keep for outputs that start again
     */
    public record Limits(SessionLimits session, AdmissionLimits admission, LoadLimits load, long replayMemory) {}

    /**
     * Who can connect and publish.
     *
     * @param origins which pages can connect
     * @param proxies which proxies are trusted to forward the client address
     * @param proxyHeader the header in which they forward it
     * @param authorizer decides who can publish; null if anyone can
     * @param allowedOutputs the servers that the authorizer can name as outputs; null for any
     */
    public record Access(
            OriginPolicy origins,
            TrustedProxies proxies,
            ProxyHeader proxyHeader,
            @Nullable Authorizer authorizer,
            @Nullable AllowedOutputs allowedOutputs) {

        /** The authorizer, restricted to the allowed outputs. */
        Authorizer effectiveAuthorizer() {
            if (authorizer == null) {
                return Authorizer.open();
            }
            return allowedOutputs == null ? authorizer : allowedOutputs.guard(authorizer);
        }
    }

    /** The settings of {@code other} that a running gateway cannot adopt, by the names of the builder's methods. */
    List<String> restartRequired(GatewayConfig other) {
        return Stream.of(
                        Map.entry("ffmpeg", Objects.equals(ffmpeg.program, other.ffmpeg.program)),
                        Map.entry("ffmpegEnvironment", ffmpeg.environment.equals(other.ffmpeg.environment)),
                        Map.entry("ffmpegLimits", ffmpeg.limits.equals(other.ffmpeg.limits)),
                        Map.entry("ffmpegUser", Objects.equals(ffmpeg.user, other.ffmpeg.user)),
                        Map.entry("maxPendingStarts", ffmpeg.maxPendingStarts == other.ffmpeg.maxPendingStarts),
                        Map.entry("replayMemory", limits.replayMemory == other.limits.replayMemory),
                        Map.entry("stateFolder", Objects.equals(stateFolder, other.stateFolder)),
                        Map.entry("previewLinger", outputs.previewLinger.equals(other.outputs.previewLinger)))
                .filter(same -> !same.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }
}
