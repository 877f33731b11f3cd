package io.sluice.e2e.harness;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** nginx with its RTMP module: takes many streams at once and records each as it arrives. */
public final class NginxReceiver {

    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_rtmp_module.so");
    private static final Duration LIMIT = Publisher.SOON;

    private final Spawned nginx;
    private final Path recordings;
    private final int port;

    private NginxReceiver(Spawned nginx, Path recordings, int port) {
        this.nginx = nginx;
        this.recordings = recordings;
        this.port = port;
    }

    static NginxReceiver start(Stage stage) {
        return start(stage, true);
    }

    static NginxReceiver start(Stage stage, boolean recording) {
        if (!Files.isReadable(MODULE)) {
            throw new AssertionError("The end-to-end tests need nginx with RTMP: apt-get install -y libnginx-mod-rtmp");
        }
        Path directory = stage.directory("nginx");
        int port = Ports.free();
        try {
            Path recordings = Files.createDirectory(directory.resolve("recordings"));
            Path configuration = Files.writeString(
                    directory.resolve("nginx.conf"), configuration(recording ? "all" : "off", recordings, port));
            Spawned nginx = stage.own(Spawned.start(
                    directory,
                    "nginx",
                    Tool.NGINX.command(
                            List.of("-p", directory.toString(), "-e", "stderr", "-c", configuration.toString())),
                    Map.of()));
            await("nginx listens")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Ports.isListening(port));
            return new NginxReceiver(nginx, recordings, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One process, in the foreground, with the rights of whoever runs the tests. */
    private static String configuration(String record, Path recordings, int port) {
        return """
                load_module %s;
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr warn;
                worker_rlimit_nofile 8192;
                events { worker_connections 2048; }
                rtmp {
                  access_log off;
                  server {
                    listen 127.0.0.1:%d;
                    ping 30s;
                    application live {
                      live on;
                      record %s;
                      record_path %s;
                      record_suffix .flv;
                    }
                    application rejecting {
                      live on;
                      # Nobody answers, which nginx takes for a no.
                      on_publish http://127.0.0.1:1/;
                    }
                  }
                }
                """.formatted(MODULE, port, record, recordings);
    }

    public int port() {
        return port;
    }

    /** What to give the gateway as {@code --publish}. */
    public String publishUrl() {
        return publishUrl(port);
    }

    /** The same through another port, such as a {@link TcpGate}'s. */
    public static String publishUrl(int port) {
        return "rtmp://127.0.0.1:" + port + "/live/{streamKey}";
    }

    /** An application of it that answers and rejects every key. */
    public String rejectingUrl() {
        return "rtmp://127.0.0.1:" + port + "/rejecting/{streamKey}";
    }

    /** How much of a stream has arrived; 0 if nothing yet. */
    public long receivedBytes(String streamKey) {
        try {
            Path file = file(streamKey);
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that has arrived of a stream so far; nothing if that is nothing. */
    public byte[] received(String streamKey) {
        try {
            Path file = file(streamKey);
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recording of a stream, once nginx has closed it. */
    public Path recording(String streamKey) {
        Path file = file(streamKey);
        ProcFacts facts = new ProcFacts(nginx.process().pid());
        await("the recording of " + streamKey)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(file) && !facts.holdsOpen(file));
        return file;
    }

    /** nginx takes a query in the name for arguments, and escapes the rest of the name. */
    private Path file(String streamKey) {
        int query = streamKey.indexOf('?');
        String name = query < 0 ? streamKey : streamKey.substring(0, query);
        String escaped = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%7E", "~");
        return recordings.resolve(escaped + ".flv");
    }
}
