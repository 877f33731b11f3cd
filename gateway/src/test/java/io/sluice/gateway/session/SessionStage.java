package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.delivery.OutputRules;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegLocator;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.ffmpeg.run.FfmpegLauncher;
import io.sluice.gateway.ffmpeg.run.FfmpegLimits;
import io.sluice.gateway.ffmpeg.run.ProcessLimits;
import io.sluice.gateway.files.FileTree;
import io.sluice.gateway.files.StateFolder;
import io.sluice.gateway.files.StateLocation;
import io.sluice.gateway.media.ReplayMemory;
import io.sluice.gateway.output.Outputs;
import io.sluice.gateway.output.Previews;
import io.sluice.gateway.process.ProcessLauncher;
import io.sluice.gateway.receivers.Receivers;
import io.sluice.protocol.Open;
import io.sluice.protocol.Result;
import io.sluice.protocol.Stop;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What a session needs, and all of it real: an event loop, a registry, FFmpeg, and a folder for its preview. Register
 * it as an extension; each test has a fresh one.
 */
public final class SessionStage implements BeforeEachCallback, AfterEachCallback {

    public static final Duration PATIENCE = Duration.ofSeconds(15);
    public static final Duration AUTHORIZE_TIMEOUT = Duration.ofMillis(500);
    public static final String KEY = "a-stream-key";

    /** What most streams here are: it costs little to take in. */
    public static final String AUDIO = "audio/webm;codecs=opus";

    private static final Ffmpeg FFMPEG = ffmpeg();

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ProcessLauncher processes = ProcessLauncher.create(100);
    private Path previews = Path.of("");
    public final EventLoop loop = group.next();
    public final Admission admission = new Admission(AdmissionLimits.defaults(), LoadLimits.defaults());
    public final SessionRegistry streams = new SessionRegistry();
    public final List<SessionEvent> events = new CopyOnWriteArrayList<>();

    private final Receivers receivers = new Receivers(Map.of());
    private SessionLimits limits = LIMITS;
    private Authorizer authorizer = Authorizer.open();
    private Ffmpeg ffmpeg = FFMPEG;
    private SessionListener listener = events::add;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        previews = Files.createTempDirectory("session-stage-");
    }

    /** An empty folder, which is deleted after the test. */
    public Path folder() {
        return previews;
    }

    /** Times that no test waits for, but for the authorizer's. */
    public static final SessionLimits LIMITS = limits(PATIENCE, PATIENCE, PATIENCE, PATIENCE);

    public static SessionLimits limits(Duration open, Duration media, Duration stall, Duration finish) {
        return new SessionLimits(
                new SessionLimits.Timeouts(open, AUTHORIZE_TIMEOUT, media, finish, PATIENCE, null),
                new SessionLimits.Rates(1_000_000, 128L * 1_024 * 1_024, 20_000, 10, 50),
                new SessionLimits.Buffers(32_768, 131_072, 1 << 20, 2 << 20, PATIENCE),
                new OutputRules(stall, PATIENCE, PATIENCE, PATIENCE, OutputRules.Require.ANY),
                PATIENCE);
    }

    public SessionStage withLimits(SessionLimits other) {
        limits = other;
        return this;
    }

    /** The same with other rates. */
    public SessionStage withRates(SessionLimits.Rates rates) {
        limits = new SessionLimits(limits.timeouts(), rates, limits.buffers(), limits.outputs(), limits.timeslice());
        return this;
    }

    public SessionStage withAuthorizer(Authorizer other) {
        authorizer = other;
        return this;
    }

    public SessionStage withListener(SessionListener other) {
        listener = other;
        return this;
    }

    /** Another program in FFmpeg's place, which is believed to be able to do the same. */
    public SessionStage withProgram(String path) {
        ffmpeg = new Ffmpeg(Path.of(path), ffmpeg.source(), ffmpeg.capabilities(), ffmpeg.environment());
        return this;
    }

    private static Ffmpeg ffmpeg() {
        try {
            return new FfmpegLocator().locate(null);
        } catch (FfmpegUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    private StateFolder state() {
        try {
            return StateFolder.in(new StateLocation(previews.toRealPath(), "test"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public SessionContext context() {
        return new SessionContext(
                limits,
                admission,
                streams,
                authorizer,
                new Outputs(List.of(), false, new Previews(state(), Duration.ofMillis(1), Schedulers.boundedElastic())),
                new StreamPlanner(ffmpeg.capabilities()),
                new FfmpegLauncher(
                        ffmpeg,
                        processes,
                        () -> previews,
                        PATIENCE,
                        ProcessLimits.none(),
                        FfmpegLimits.defaults().maxPixels(),
                        OutputTls.untried()),
                receivers,
                new ReplayMemory(64 << 20),
                listener);
    }

    public StreamSession negotiated(ScriptedClient client) {
        return onLoop(() -> negotiated(client.on(loop), context()));
    }

    /** A session on the loop of its client, which delivers to it. Called on that loop. */
    static StreamSession negotiated(ScriptedClient client, SessionContext context) {
        StreamSession session = StreamSession.negotiated(context, client, null, Optional::empty);
        client.deliverTo(session.ingest());
        return session;
    }

    public StreamSession plain(ScriptedClient client, @Nullable String mimeType) {
        return onLoop(() -> StreamSession.plain(context(), client.on(loop), KEY, mimeType));
    }

    public void open(StreamSession session, String key) {
        open(session, new Open(key, List.of(AUDIO), null, null));
    }

    public void open(StreamSession session, Open message) {
        onLoop(() -> session.ingest().onMessage(Result.ok(message)));
    }

    public void stop(StreamSession session) {
        onLoop(() -> session.ingest().onMessage(Result.ok(new Stop())));
    }

    public void disconnect(StreamSession session) {
        onLoop(() -> session.ingest().onDisconnect(Departure.LOST));
    }

    /** Hands media over as it comes off a socket: direct, pooled, some kilobytes at a time. */
    public void send(StreamSession session, byte[] media, int from, int to) {
        for (int at = from; at < to; at += 4_096) {
            ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(4_096);
            piece.writeBytes(media, at, Math.min(4_096, to - at));
            onLoop(() -> session.ingest().onMedia(piece));
        }
    }

    public void send(StreamSession session, byte[] media) {
        send(session, media, 0, media.length);
    }

    /** Waits until nothing of the session is left, and the key is free again. */
    public void awaitEnd(StreamSession session) {
        session.done().block(PATIENCE);
        Awaitility.await("the key is free")
                .until(() -> streams.sessionOf(key(KEY)).isEmpty());
        Awaitility.await("no FFmpeg is left").until(() -> children().isEmpty());
    }

    public SessionEvent.Ended endedEvent() {
        List<SessionEvent.Ended> ended = events.stream()
                .filter(SessionEvent.Ended.class::isInstance)
                .map(SessionEvent.Ended.class::cast)
                .toList();
        if (ended.size() != 1) {
            throw new AssertionError("the listener heard of " + ended.size() + " ends: " + events);
        }
        return ended.get(0);
    }

    public static StreamKey key(String value) {
        return StreamKey.parse(value).orElseThrow();
    }

    public static byte[] recording(String name) {
        try {
            return Files.readAllBytes(Path.of("src/test/resources/fixtures", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processes that this JVM has started and that have not been reaped. */
    public static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }

    public static ProcessHandle onlyChild() {
        List<ProcessHandle> children = children();
        if (children.size() != 1) {
            throw new AssertionError("one process expected, but there are " + children);
        }
        return children.get(0);
    }

    public static void signal(String name, ProcessHandle process) {
        try {
            // Through Java's own process API only TERM and KILL can be sent.
            int code = new ProcessBuilder("/bin/kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill -" + name + " " + process.pid() + " failed");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public void onLoop(Runnable task) {
        onLoop(() -> {
            task.run();
            return true;
        });
    }

    public <T> T onLoop(Supplier<T> task) {
        if (loop.inEventLoop()) {
            return task.get();
        }
        return Objects.requireNonNull(Mono.fromSupplier(task)
                .subscribeOn(Schedulers.fromExecutor(loop))
                .block(PATIENCE));
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        processes.dispose();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        FileTree.delete(previews);
    }
}
