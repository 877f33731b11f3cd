package io.sluice.gateway;

import io.netty.util.internal.PlatformDependent;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.run.FfmpegLimits;
import io.sluice.gateway.ffmpeg.run.ProcessLimits;
import io.sluice.gateway.metrics.MeterBinding;
import io.sluice.gateway.output.PublishTemplate;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.session.SessionListener;
import io.sluice.gateway.threads.BlockingPool;
import io.sluice.gateway.websocket.OriginPolicy;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.TrustedProxies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Configures a {@link Gateway}, or {@linkplain Gateway#reconfigure reconfigures} one that is running. Every setting has
 * a default. Not thread-safe; each setter changes this builder and returns it.
 */
public final class GatewayBuilder {

    private static final int REPLAY_SHARE = 4;

    private List<PublishTemplate> publish = List.of();
    private boolean enhancedRtmp;
    private @Nullable Boolean preview;
    private Duration previewLinger = Duration.ofSeconds(30);
    private @Nullable Path ffmpeg;
    private List<String> ffmpegEnvironment = List.of();
    private FfmpegLimits ffmpegLimits = FfmpegLimits.defaults();
    private @Nullable String ffmpegUser;
    private Duration outputTimeout = Duration.ofSeconds(10);
    private @Nullable Path outputCaFile;
    private boolean outputTlsInsecure;
    private int maxPendingStarts = 1_000;
    private long replayMemory = PlatformDependent.maxDirectMemory() / REPLAY_SHARE;
    private SessionLimits sessionLimits = SessionLimits.defaults();
    private AdmissionLimits admissionLimits = AdmissionLimits.defaults();
    private LoadLimits loadLimits = LoadLimits.defaults();
    private OriginPolicy origins = OriginPolicy.allowing(List.of());
    private TrustedProxies proxies = TrustedProxies.in(List.of());
    private ProxyHeader proxyHeader = ProxyHeader.X_FORWARDED;
    private @Nullable AllowedOutputs allowedOutputs;
    private @Nullable Authorizer authorizer;
    private SessionListener listener = event -> {};
    private @Nullable MeterBinding meters;
    private @Nullable Path stateFolder;

    GatewayBuilder() {}

    /**
     * Where streams are published, unless the authorizer names other outputs. By default there is no output, and
     * streams can be watched as previews.
     *
     * @param templates RTMP or RTMPS URLs; {@code {streamKey}} is replaced by the stream key
     * @return this
     * @throws IllegalArgumentException with a message for operators if a URL is invalid
     */
    public GatewayBuilder publishTo(String... templates) {
        publish = List.of(templates).stream().map(PublishTemplate::parse).toList();
        return this;
    }

    /**
     * Whether the RTMP servers accept Enhanced RTMP, so that HEVC, AV1, VP9 and Opus can be copied without transcoding.
     *
     * @param enhanced false by default
     * @return this
     */
    public GatewayBuilder enhancedRtmp(boolean enhanced) {
        enhancedRtmp = enhanced;
        return this;
    }

    /**
     * The certificate authorities that RTMPS servers' certificates must be signed by.
     *
     * @param file in PEM, read by FFmpeg for each stream; by default the system's authorities, else those of Java
     * @return this
     */
    public GatewayBuilder outputCaFile(Path file) {
        outputCaFile = file;
        return this;
    }

    /**
     * Whether the certificates of RTMPS servers are not verified, so that the stream key is sent to any server that
     * answers.
     *
     * @param insecure false by default
     * @return this
     */
    public GatewayBuilder outputTlsInsecure(boolean insecure) {
        outputTlsInsecure = insecure;
        return this;
    }

    /**
     * Whether the gateway serves previews of streams, to anyone who knows the stream key.
     *
     * @param enabled by default true only if there are neither outputs ({@link #publishTo}) nor an {@link #authorizer}
     * @return this
     */
    public GatewayBuilder preview(boolean enabled) {
        preview = enabled;
        return this;
    }

    /**
     * How long a preview can be fetched after its stream has ended.
     *
     * @param linger 30 s by default
     * @return this
     */
    public GatewayBuilder previewLinger(Duration linger) {
        previewLinger = linger;
        return this;
    }

    /**
     * Which FFmpeg to use. By default the one on the PATH, otherwise the bundled one if its jar is on the class path.
     *
     * @param program the path of the program
     * @return this
     */
    public GatewayBuilder ffmpeg(Path program) {
        ffmpeg = program;
        return this;
    }

    /**
     * Passes environment variables to FFmpeg in addition to the default ones. It receives no others, because it parses
     * untrusted media.
     *
     * @param names exact names, or prefixes that end in {@code *}
     * @return this
     */
    public GatewayBuilder ffmpegEnvironment(String... names) {
        ffmpegEnvironment = List.of(names);
        return this;
    }

    /**
     * What each FFmpeg process can use.
     *
     * @param limits limits of memory, CPU time and picture size
     * @return this
     */
    public GatewayBuilder ffmpegLimits(FfmpegLimits limits) {
        ffmpegLimits = limits;
        return this;
    }

    /**
     * The user that FFmpeg runs as, with its primary group and no others: an attacker who controls an FFmpeg cannot
     * read the gateway's files or memory. Linux only; takes a gateway that runs as root, and {@code setpriv} of
     * util-linux. {@link #start()} fails if the user does not exist or cannot run FFmpeg.
     *
     * @param name the name of a user who can read FFmpeg, and the file of {@link #outputCaFile}; by default the
     *     gateway's own user
     * @return this
     */
    public GatewayBuilder ffmpegUser(String name) {
        ffmpegUser = name;
        return this;
    }

    /**
     * How long an RTMP server can accept no data before FFmpeg ends the stream.
     *
     * @param timeout 10 s by default
     * @return this
     */
    public GatewayBuilder outputTimeout(Duration timeout) {
        outputTimeout = timeout;
        return this;
    }

    /**
     * How many FFmpeg processes can wait for their start; further streams are refused.
     *
     * @param starts 1,000 by default
     * @return this
     */
    public GatewayBuilder maxPendingStarts(int starts) {
        maxPendingStarts = starts;
        return this;
    }

    /**
     * The limits of each session.
     *
     * @param limits timeouts and buffer sizes
     * @return this
     */
    public GatewayBuilder limits(SessionLimits limits) {
        sessionLimits = limits;
        return this;
    }

    /**
     * How much delivered media all streams together may keep, so that outputs that have to start again lose nothing. A
     * stream that gets none starts again with the next key frame.
     *
     * @param bytes the most, by default a quarter of the memory that Netty may use
     * @return this
     */
    public GatewayBuilder replayMemory(long bytes) {
        replayMemory = bytes;
        return this;
    }

    /**
     * How many streams can run, and how many can start.
     *
     * @param limits limits in total, per client address and per stream key
     * @return this
     */
    public GatewayBuilder admissionLimits(AdmissionLimits limits) {
        admissionLimits = limits;
        return this;
    }

    /**
     * How much of the machine streams can use.
     *
     * @param limits limits of CPU and memory
     * @return this
     */
    public GatewayBuilder loadLimits(LoadLimits limits) {
        loadLimits = limits;
        return this;
    }

    /**
     * Decides who can publish. By default anyone can.
     *
     * @param authorizer called once per stream; owned by the gateway from its start, which disposes of it
     * @return this
     */
    public GatewayBuilder authorizer(Authorizer authorizer) {
        this.authorizer = authorizer;
        return this;
    }

    /**
     * Which servers the {@link #authorizer} can name as outputs; a client for which it names any other is refused. By
     * default it can name any server, which is unsafe for an authorizer that passes on the answers of another service.
     *
     * @param servers such as {@code rtmps://live.example.org}, without a path
     * @return this
     * @throws IllegalArgumentException with a message for operators if a server is invalid
     */
    public GatewayBuilder allowOutputs(String... servers) {
        return allowOutputs(AllowedOutputs.of(List.of(servers)));
    }

    /**
     * Which servers the {@link #authorizer} can name as outputs.
     *
     * @param servers the allowed servers
     * @return this
     */
    public GatewayBuilder allowOutputs(AllowedOutputs servers) {
        allowedOutputs = servers;
        return this;
    }

    /**
     * The origins whose pages can publish, in addition to the gateway's own. Clients that send no origin, which is
     * every client except browsers, are not affected.
     *
     * @param allowed origins such as {@code https://studio.example.org}, or {@code *} for any
     * @return this
     * @throws IllegalArgumentException with a message for operators if an origin is invalid
     */
    public GatewayBuilder allowOrigins(String... allowed) {
        origins = OriginPolicy.allowing(List.of(allowed));
        return this;
    }

    /**
     * Uses the client address that trusted proxies forward. By default no proxy is trusted, and the client address is
     * that of the connection.
     *
     * @param header the header in which the proxies forward it
     * @param networks addresses of the proxies, or networks such as {@code 10.0.0.0/8}
     * @return this
     * @throws IllegalArgumentException with a message for operators if an address is invalid
     */
    public GatewayBuilder trustProxies(ProxyHeader header, String... networks) {
        proxyHeader = header;
        proxies = TrustedProxies.in(List.of(networks));
        return this;
    }

    /**
     * Receives the events of every session.
     *
     * @param listener called on the sessions' event loops: must not block
     * @return this
     */
    public GatewayBuilder listener(SessionListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Registers meters. By default there are none.
     *
     * @param binding such as {@code SessionMeters.in(registry)} with a Micrometer registry; the gateway removes the
     *     meters when it closes
     * @return this
     */
    public GatewayBuilder meters(MeterBinding binding) {
        meters = binding;
        return this;
    }

    /**
     * Where the gateway keeps what it needs on disk while it runs: previews, and an empty working directory for FFmpeg.
     * Several gateways of one user can share it. By default {@code sluice} in the first directory of
     * {@code STATE_DIRECTORY}, in {@code XDG_STATE_HOME} or in {@code ~/.local/state}, else a private directory in
     * {@code java.io.tmpdir}; the log says which.
     *
     * <p>The folder is created if it is missing. It must belong to this process's user with mode 0700, and no other
     * user may be able to replace it or a directory above it; otherwise the gateway does not start.
     *
     * @param folder the folder
     * @return this
     */
    public GatewayBuilder stateFolder(Path folder) {
        stateFolder = folder;
        return this;
    }

    /**
     * Finds and probes FFmpeg and creates a gateway, when subscribed to. The configuration is that of the time of the
     * call.
     *
     * @return the gateway, on a scheduler for blocking work; an {@link FfmpegUnavailableException} with a message for
     *     operators if no FFmpeg works; an {@link java.io.IOException} if the state folder cannot be created or is not
     *     safe
     */
    public Mono<Gateway> start() {
        GatewayConfig config = config();
        MeterBinding binding = meters;
        return Mono.fromCallable(() -> Gateway.start(config, binding))
                .subscribeOn(BlockingPool.newThreads("sluice-start"));
    }

    /**
     * Finds and probes FFmpeg without creating a gateway, and tries whether it verifies the configured outputs. Blocks.
     *
     * @return the FFmpeg that a gateway would use; its string form is suitable for logs
     * @throws FfmpegUnavailableException with a message for operators if none works, or an output cannot be verified
     */
    public Ffmpeg findFfmpeg() throws FfmpegUnavailableException {
        GatewayConfig config = config();
        Ffmpeg ffmpeg = Gateway.findFfmpeg(config.ffmpeg());
        ProcessLimits limits = config.ffmpeg().user() == null ? ProcessLimits.none() : Gateway.limits(config, ffmpeg);
        OutputVerification.check(config, ffmpeg, limits);
        return ffmpeg;
    }

    /**
     * The configuration as built so far.
     *
     * @return a snapshot; later changes of the builder do not affect it
     */
    public GatewayConfig config() {
        boolean noOutputs = publish.isEmpty() && authorizer == null;
        return new GatewayConfig(
                new GatewayConfig.Outputs(
                        publish,
                        enhancedRtmp,
                        preview == null ? noOutputs : preview,
                        previewLinger,
                        outputTimeout,
                        outputCaFile,
                        outputTlsInsecure),
                new GatewayConfig.FfmpegSettings(ffmpeg, ffmpegEnvironment, ffmpegLimits, ffmpegUser, maxPendingStarts),
                new GatewayConfig.Limits(sessionLimits, admissionLimits, loadLimits, replayMemory),
                new GatewayConfig.Access(origins, proxies, proxyHeader, authorizer, allowedOutputs),
                listener,
                stateFolder);
    }
}
