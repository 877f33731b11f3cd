package io.sluice.e2e.harness;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An nginx with RTMP that can be killed, frozen, started again at the same address, and told to refuse publishers. It
 * keeps a recording of each publication.
 */
public final class RtmpServer implements AutoCloseable {

    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_rtmp_module.so");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Stage stage;
    private final int port = Ports.free();
    private final Path directory;
    private final HttpServer hooks;
    private final List<Long> publishes = new CopyOnWriteArrayList<>();
    private volatile boolean refuses;
    private @Nullable Spawned nginx;
    private int starts;

    private RtmpServer(Stage stage, HttpServer hooks) {
        this.stage = stage;
        this.hooks = hooks;
        this.directory = stage.directory("rtmp");
    }

    static RtmpServer absent(Stage stage) {
        if (!Files.isReadable(MODULE)) {
            throw new AssertionError("The end-to-end tests need nginx with RTMP: apt-get install -y libnginx-mod-rtmp");
        }
        try {
            HttpServer hooks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            RtmpServer server = new RtmpServer(stage, hooks);
            hooks.createContext("/publish", exchange -> {
                server.publishes.add(System.nanoTime());
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(server.refuses ? 403 : 200, -1);
                exchange.close();
            });
            hooks.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts nginx, at the same address as ever. */
    public RtmpServer start() {
        starts++;
        try {
            Path recordings = Files.createDirectory(directory.resolve("recordings-" + starts));
            Path configuration = Files.writeString(directory.resolve("nginx.conf"), configuration(recordings));
            nginx = stage.own(Spawned.start(
                    directory,
                    "rtmp-" + starts,
                    Tool.NGINX.command(
                            List.of("-p", directory.toString(), "-e", "stderr", "-c", configuration.toString())),
                    Map.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("nginx listens").atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> Ports.isListening(port));
        return this;
    }

    private String configuration(Path recordings) {
        return """
                load_module %s;
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr warn;
                events { worker_connections 512; }
                rtmp {
                  access_log off;
                  server {
                    listen 127.0.0.1:%d;
                    application live {
                      live on;
                      record all;
                      record_path %s;
                      record_suffix -%%H%%M%%S.flv;
                      on_publish http://127.0.0.1:%d/publish;
                    }
                  }
                }
                """.formatted(MODULE, port, recordings, hooks.getAddress().getPort());
    }

    /** What to give the gateway as {@code --publish}. */
    public String publishUrl() {
        return NginxReceiver.publishUrl(port);
    }

    public int port() {
        return port;
    }

    /** As its gateway names it. */
    public String name() {
        return "rtmp://127.0.0.1:" + port;
    }

    /** Kills it with SIGKILL. */
    public void kill() {
        process().destroyForcibly();
        running().awaitExit(LIMIT);
    }

    /** From now on it takes nothing and answers nothing, but the kernel still accepts connections for it. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    /** Whether it refuses publishers from now on. */
    public void refuse(boolean refuse) {
        refuses = refuse;
    }

    /** When publishers came, in nanoseconds. */
    public List<Long> publishes() {
        return publishes;
    }

    /** Watches a stream from now on, as a player does. */
    public RtmpViewer watch(String streamKey) {
        return RtmpViewer.of(stage, "rtmp://127.0.0.1:" + port + "/live/" + streamKey);
    }

    /** What was recorded of a stream, a file for each publication, in their order. */
    public List<Path> recordings(String streamKey) {
        List<Path> files = new ArrayList<>();
        for (int start = 1; start <= starts; start++) {
            try (Stream<Path> all = Files.list(directory.resolve("recordings-" + start))) {
                all.filter(file -> String.valueOf(file.getFileName()).startsWith(streamKey))
                        .sorted()
                        .forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private void signal(String name) {
        Tool.Run run = Tool.run(
                LIMIT, List.of("/bin/kill", "-" + name, Long.toString(process().pid())), Map.of());
        if (run.exitCode() != 0) {
            throw new AssertionError(run.err());
        }
    }

    private Process process() {
        return running().process();
    }

    private Spawned running() {
        if (nginx == null) {
            throw new AssertionError("it was not started");
        }
        return nginx;
    }

    @Override
    public void close() {
        hooks.stop(0);
    }
}
