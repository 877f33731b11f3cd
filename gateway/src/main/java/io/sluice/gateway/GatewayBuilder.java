package io.sluice.gateway;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.admission.StreamLimits;
import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.run.FfmpegLimits;
import io.sluice.gateway.metrics.MeterBinding;
import io.sluice.gateway.output.PublishTemplate;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.session.SessionListener;
import io.sluice.gateway.websocket.OriginPolicy;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.TrustedProxies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Sets up a {@link Gateway}, or {@linkplain Gateway#reconfigure sets up anew} one that runs. Not thread-safe; each method changes the builder and returns it. */
public final class GatewayBuilder {

    private List<PublishTemplate> publish = List.of();
    private boolean enhancedRtmp;
    private @Nullable Boolean preview;
    private Duration previewLinger = Duration.ofSeconds(30);
    private @Nullable Path ffmpeg;
    private List<String> ffmpegEnvironment = List.of();
    private FfmpegLimits ffmpegLimits = FfmpegLimits.defaults();
    private Duration outputTimeout = Duration.ofSeconds(10);
    private int maxPendingStarts = 1_000;
    private SessionLimits limits = SessionLimits.defaults();
    private StreamLimits streamLimits = StreamLimits.defaults();
    private AdmissionLimits admissionLimits = AdmissionLimits.defaults();
    private LoadLimits loadLimits = LoadLimits.defaults();
    private OriginPolicy origins = OriginPolicy.allowing(List.of());
    private TrustedProxies proxies = TrustedProxies.in(List.of());
    private ProxyHeader proxyHeader = ProxyHeader.X_FORWARDED;
    private @Nullable AllowedOutputs allowedOutputs;
    private @Nullable Authorizer authorizer;
    private SessionListener listener = event -> {};
    private @Nullable MeterBinding metering;

    GatewayBuilder() {}

    /**
     * Where streams go, unless the authorizer says otherwise. Without any, streams can be watched at the gateway.
     *
     * @param templates RTMP or RTMPS URLs, in which {@code {streamKey}} stands for the stream's key
     * @return this
     * @throws IllegalArgumentException with words for an operator if one is no such URL
     */
    public GatewayBuilder publishTo(String... templates) {
        publish = List.of(templates).stream().map(PublishTemplate::parse).toList();
        return this;
    }

    /**
     * Whether the receivers take Enhanced RTMP, so that HEVC, AV1, VP9 and Opus can be copied to them. They do not by default.
     *
     * @param enhanced whether they do
     * @return this
     */
    public GatewayBuilder enhancedRtmp(boolean enhanced) {
        enhancedRtmp = enhanced;
        return this;
    }

    /**
     * Whether streams can be watched at the gateway, by everybody who knows their key. By default they can only if neither
     * {@link #publishTo} nor an {@link #authorizer} says where else they go.
     *
     * @param watchable whether they can
     * @return this
     */
    public GatewayBuilder preview(boolean watchable) {
        preview = watchable;
        return this;
    }

    /**
     * How long a stream can be watched after its end.
     *
     * @param linger 30 s by default
     * @return this
     */
    public GatewayBuilder previewLinger(Duration linger) {
        previewLinger = linger;
        return this;
    }

    /**
     * Which FFmpeg to use. Without this: the one on the PATH, else the bundled one if its jar is on the class path.
     *
     * @param program the program's path
     * @return this
     */
    public GatewayBuilder ffmpeg(Path program) {
        ffmpeg = program;
        return this;
    }

    /**
     * Passes environment variables on to FFmpeg besides the usual few. It gets no others: it parses what strangers send.
     *
     * @param names exact names, or prefixes that end in {@code *}
     * @return this
     */
    public GatewayBuilder ffmpegEnvironment(String... names) {
        ffmpegEnvironment = List.of(names);
        return this;
    }

    /**
     * What each FFmpeg may use.
     *
     * @param bounds in memory, processor time and the size of a picture
     * @return this
     */
    public GatewayBuilder ffmpegLimits(FfmpegLimits bounds) {
        ffmpegLimits = bounds;
        return this;
    }

    /**
     * How long an RTMP server may take nothing before FFmpeg gives it up.
     *
     * @param timeout 10 s by default
     * @return this
     */
    public GatewayBuilder outputTimeout(Duration timeout) {
        outputTimeout = timeout;
        return this;
    }

    /**
     * How many FFmpegs may wait for their start; streams beyond that are refused.
     *
     * @param starts 1,000 by default
     * @return this
     */
    public GatewayBuilder maxPendingStarts(int starts) {
        maxPendingStarts = starts;
        return this;
    }

    /**
     * The bounds of each stream.
     *
     * @param bounds in time and in bytes
     * @return this
     */
    public GatewayBuilder limits(SessionLimits bounds) {
        limits = bounds;
        return this;
    }

    /**
     * How much each stream may send.
     *
     * @param bounds of bytes, frames and messages, and how long it may be live
     * @return this
     */
    public GatewayBuilder streamLimits(StreamLimits bounds) {
        streamLimits = bounds;
        return this;
    }

    /**
     * How many streams there may be, and how many may begin.
     *
     * @param bounds in all, of each address and under each key
     * @return this
     */
    public GatewayBuilder admissionLimits(AdmissionLimits bounds) {
        admissionLimits = bounds;
        return this;
    }

    /**
     * What streams may take of the machine.
     *
     * @param bounds of processors and memory
     * @return this
     */
    public GatewayBuilder loadLimits(LoadLimits bounds) {
        loadLimits = bounds;
        return this;
    }

    /**
     * Decides who may publish. Without this, everybody may.
     *
     * @param decider asked for each stream; belongs to the gateway from its start on, which disposes of it in the end
     * @return this
     */
    public GatewayBuilder authorizer(Authorizer decider) {
        authorizer = decider;
        return this;
    }

    /**
     * Which servers the {@link #authorizer} may name as outputs; an answer with any other refuses the client. Without this it may name all:
     * suits one that decides by itself, and not one that passes on what somebody else says.
     *
     * @param servers such as {@code rtmps://live.example.org}, without a path
     * @return this
     * @throws IllegalArgumentException with words for an operator if one is no server
     */
    public GatewayBuilder allowOutputs(String... servers) {
        return allowOutputs(AllowedOutputs.of(List.of(servers)));
    }

    /**
     * The same, with servers that were parsed before.
     *
     * @param servers the servers that the authorizer may name
     * @return this
     */
    public GatewayBuilder allowOutputs(AllowedOutputs servers) {
        allowedOutputs = servers;
        return this;
    }

    /**
     * Which pages may connect besides the gateway's own. Clients that are no browsers send no origin, and are not concerned.
     *
     * @param pages origins such as {@code https://studio.example.org}, or {@code *} for any
     * @return this
     * @throws IllegalArgumentException with words for an operator if one is no origin
     */
    public GatewayBuilder allowOrigins(String... pages) {
        origins = OriginPolicy.allowing(List.of(pages));
        return this;
    }

    /**
     * Takes the client's address from what proxies say. By default nobody is believed, and the peer of the connection is the client.
     *
     * @param header where the proxies say it
     * @param networks their addresses, or networks such as {@code 10.0.0.0/8}
     * @return this
     * @throws IllegalArgumentException with words for an operator if one is none
     */
    public GatewayBuilder trustProxies(ProxyHeader header, String... networks) {
        proxyHeader = header;
        proxies = TrustedProxies.in(List.of(networks));
        return this;
    }

    /**
     * Hears of every stream.
     *
     * @param hearer called on the streams' event loops
     * @return this
     */
    public GatewayBuilder listener(SessionListener hearer) {
        listener = hearer;
        return this;
    }

    /**
     * Makes meters. Without this there are none.
     *
     * @param maker such as {@code SessionMeters.in(registry)}, with a registry of Micrometer's; they are taken out of it again when the gateway
     *     is closed
     * @return this
     */
    public GatewayBuilder meters(MeterBinding maker) {
        metering = maker;
        return this;
    }

    /**
     * Finds and probes FFmpeg, and makes a gateway, when subscribed to.
     *
     * @return the gateway, on a scheduler that may block; an error of {@link io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException}, with
     *     words for an operator, if no FFmpeg works
     */
    public Mono<Gateway> start() {
        GatewayConfig config = config();
        MeterBinding meters = metering;
        return Mono.fromCallable(() -> Gateway.start(config, meters)).subscribeOn(Schedulers.boundedElastic());
    }

    /**
     * Searches for FFmpeg and probes it, without making a gateway. Blocks.
     *
     * @return the FFmpeg that a gateway would use, for a log
     * @throws FfmpegUnavailableException with a message for an operator if none works
     */
    public Ffmpeg findFfmpeg() throws FfmpegUnavailableException {
        return Gateway.findFfmpeg(config().ffmpeg());
    }

    /**
     * The configuration as built so far.
     *
     * @return a snapshot; later changes of the builder do not affect it
     */
    public GatewayConfig config() {
        boolean nowhereElse = publish.isEmpty() && authorizer == null;
        return new GatewayConfig(
                new GatewayConfig.Outputs(
                        publish, enhancedRtmp, preview == null ? nowhereElse : preview, previewLinger, outputTimeout),
                new GatewayConfig.FfmpegSettings(ffmpeg, ffmpegEnvironment, ffmpegLimits, maxPendingStarts),
                new GatewayConfig.Limits(limits, streamLimits, admissionLimits, loadLimits),
                new GatewayConfig.Access(origins, proxies, proxyHeader, authorizer, allowedOutputs),
                listener);
    }
}
