package io.sluice.e2e.harness;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** FFmpeg's own RTMP server: takes one stream, writes it to a file as it arrives, and ends with it. */
public final class FfmpegReceiver {

    private static final Duration LIMIT = Publisher.SOON;

    private final Spawned ffmpeg;
    private final Path file;
    private final int port;

    private FfmpegReceiver(Spawned ffmpeg, Path file, int port) {
        this.ffmpeg = ffmpeg;
        this.file = file;
        this.port = port;
    }

    static FfmpegReceiver start(Stage stage, String streamKey) {
        Path directory = stage.directory("receiver");
        Path file = directory.resolve("received.flv");
        int port = Ports.free();
        List<String> arguments = List.of(
                "-nostdin",
                "-loglevel",
                "warning",
                "-listen",
                "1",
                "-i",
                "rtmp://127.0.0.1:" + port + "/live/" + streamKey,
                "-copyts",
                "-c",
                "copy",
                "-f",
                "flv",
                file.toString());
        Spawned ffmpeg = stage.own(Spawned.start(directory, "receiver", Tool.FFMPEG.command(arguments), Map.of()));
        await("ffmpeg listens")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Ports.isListening(port));
        return new FfmpegReceiver(ffmpeg, file, port);
    }

    public int port() {
        return port;
    }

    public String publishUrl() {
        return NginxReceiver.publishUrl(port);
    }

    /** Ends the receiver as a crashed ingest server would. */
    public void kill() {
        ffmpeg.close();
    }

    /** What it wrote, once the publisher has left and it has ended by itself. */
    public Path recording() {
        ffmpeg.awaitExit(LIMIT);
        return file;
    }
}
