package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Concurrency.MeasuresAlone;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Where a test happens: it owns everything that was started and ends it in reverse order, with the test, or with the
 * class if it stands in a static field. After a failure it shows what every process printed. Whatever the test was
 * about, no gateway may have let out a secret ({@link Canary}) or told of a leak.
 */
public final class Stage
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {

    private static final Path ROOT = Path.of("target", "e2e").toAbsolutePath();

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final List<GatewayProcess> gateways = new ArrayList<>();
    private final List<Spawned> processes = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private boolean isForWholeClass;
    private boolean isInRealTime;

    /** A stream key that is used nowhere else, and that no log line can have by accident. */
    public synchronized String key(String name) {
        return secret(Canary.secret("live_" + name));
    }

    /** Adds a key of one's own choosing to those that must not be printed. */
    public synchronized String secret(String key) {
        keys.add(key);
        return key;
    }

    /** A new, empty directory. */
    public Path directory(String name) {
        try {
            Files.createDirectories(ROOT);
            return Files.createTempDirectory(ROOT, name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prepares a gateway that is ready when {@link GatewayProcess.Launch#start()} returns. */
    public GatewayProcess.Launch gateway(String... arguments) {
        return new GatewayProcess.Launch(this, List.of(arguments));
    }

    /** An RTMP server for many streams at once. */
    public NginxReceiver nginx() {
        return NginxReceiver.start(this);
    }

    /** The same, which keeps nothing of what it gets. */
    public NginxReceiver forgettingNginx() {
        return NginxReceiver.start(this, false);
    }

    /** An RTMP server that can fail and come back; it is not started yet. */
    public RtmpServer rtmpServer() {
        return own(RtmpServer.absent(this));
    }

    /** An RTMP server for one stream, written by other people than nginx's. */
    public FfmpegReceiver ffmpegReceiver(String streamKey) {
        return FfmpegReceiver.start(this, streamKey);
    }

    /**
     * An FFmpeg that can be asked what it can do like any other, but does something else when it gets a stream.
     *
     * @param body lines of shell; {@code $FFMPEG} is the real one and {@code "$@"} are its arguments
     * @return the executable
     */
    public Path ffmpegThat(String body) {
        String script = """
                #!/bin/sh
                FFMPEG=%s
                case " $* " in
                *" pipe:0 "*) ;;
                *) exec "$FFMPEG" "$@" ;;
                esac
                %s
                """.formatted(Tool.FFMPEG.path(), body);
        return executable(script);
    }

    /** A program of one's own writing. */
    public Path executable(String script) {
        try {
            Path file = Files.writeString(directory("program").resolve("ffmpeg"), script);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A browser. */
    public Chromium chromium() {
        return own(Chromium.start());
    }

    /** A browser whose owner refuses camera and microphone. */
    public Chromium refusingChromium() {
        return own(Chromium.startRefusing());
    }

    /** A page from our own resources, on a server of its own. */
    public PageServer pageServer(String resource) {
        return own(PageServer.serving(resource));
    }

    /** What hostile media is tempted with. */
    public Bait bait() {
        return own(new Bait(directory("bait")));
    }

    /** A service that decides who may publish. */
    public DecidingService decidingService() {
        return own(DecidingService.start());
    }

    /** Those who run the gateway. */
    public Operators operators() {
        return Operators.on(this);
    }

    /** A way to a receiver that can be blocked. */
    public TcpGate gateTo(int port) {
        return own(TcpGate.open(port));
    }

    /** Storage that can hang, of the files with this in their path. */
    public HangingStorage hangingStorage(String part) {
        return HangingStorage.of(directory("storage"), part);
    }

    /** A TLS server in front of a receiver, with the certificate and key in a context. */
    public TcpGate tlsGateTo(int port, SSLContext certificate) {
        return own(TcpGate.openTls(port, certificate));
    }

    /** A way to a gateway that can be as bad as an uplink can. */
    public NetworkLink linkTo(GatewayProcess gateway) {
        return own(NetworkLink.to(gateway.address()));
    }

    /** An RTMP server that measures the delay of one stream. */
    public GlassMeter glassMeter() {
        return GlassMeter.start(this);
    }

    /** Something of the test's own that ends with it. */
    public <T extends AutoCloseable> T closing(T closeable) {
        return own(closeable);
    }

    synchronized <T extends AutoCloseable> T own(T closeable) {
        owned.push(closeable);
        return closeable;
    }

    synchronized GatewayProcess own(GatewayProcess gateway) {
        gateways.add(gateway);
        return gateway;
    }

    synchronized Spawned own(Spawned spawned) {
        processes.add(spawned);
        owned.push(spawned);
        return spawned;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        isForWholeClass = true;
        beforeEach(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        isInRealTime =
                test.isAnnotationPresent(OneBrowserAtATime.class) || test.isAnnotationPresent(MeasuresAlone.class);
    }

    /** Whether its gateways leave the processor to those of tests that have to keep up with a browser. */
    boolean givesWay() {
        return !isInRealTime;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        context.getExecutionException().ifPresent(failure -> printAll(context.getDisplayName()));
        if (!isForWholeClass) {
            endAll();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (isForWholeClass) {
            context.getExecutionException().ifPresent(failure -> printAll(context.getDisplayName()));
            endAll();
        }
    }

    private synchronized void printAll(String test) {
        StringBuilder all = new StringBuilder("==== after the failure of " + test + " ====\n");
        for (Spawned process : processes) {
            all.append("---- ")
                    .append(process.name())
                    .append(" printed last ----\n")
                    .append(process.tail())
                    .append('\n');
        }
        System.err.println(all);
    }

    /** For who is no test. */
    @Override
    public void close() {
        try {
            endAll();
        } catch (Exception e) {
            throw new AssertionError("not everything could be ended", e);
        }
    }

    private synchronized void endAll() throws Exception {
        List<String> sightings = new ArrayList<>();
        // Before the end too, because a gateway clears up when it goes.
        gateways.forEach(gateway -> sightings.addAll(gateway.sightings(keys)));
        while (!owned.isEmpty()) {
            owned.pop().close();
        }
        gateways.forEach(gateway -> sightings.addAll(gateway.sightings(keys)));
        assertThat(sightings).as("secrets and leaks, where they must not be").isEmpty();
    }
}
