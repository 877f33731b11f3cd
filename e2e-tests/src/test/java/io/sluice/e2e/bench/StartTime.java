package io.sluice.e2e.bench;

import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Tool;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long the gateway takes from its process's start until {@code /health/ready} says yes: as it is, and with an
 * archive of its classes that it has written when it was stopped before.
 *
 * <p>Argument: the number of rounds.
 */
final class StartTime {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Bench bench;

    private StartTime(Bench bench) {
        this.bench = bench;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        StartTime start = new StartTime(Bench.here());
        Path archive = start.bench.folder().resolve("sluice.jsa");
        Files.deleteIfExists(archive);
        start.millis(List.of("-XX:ArchiveClassesAtExit=" + archive));
        double[] plain = new double[rounds];
        double[] archived = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            plain[round] = start.millis(List.of());
            archived[round] = start.millis(List.of("-XX:SharedArchiveFile=" + archive));
        }
        print("as it is", plain);
        print("with an archive of its classes", archived);
    }

    private static void print(String name, double[] millis) {
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "start to ready %s: %.0f ms (%.0f–%.0f)%n",
                name,
                Results.median(millis),
                millis[0],
                millis[millis.length - 1]);
    }

    private double millis(List<String> jvmOptions) throws IOException, InterruptedException {
        int port = Ports.free();
        List<String> command = bench.gateway(port, jvmOptions);
        command.addAll(List.of("--ffmpeg", Tool.FFMPEG.path().toString()));
        command.addAll(List.of("--publish", "rtmp://127.0.0.1:9/live/{streamKey}"));
        long began = System.nanoTime();
        Path log = bench.folder().resolve("start.log");
        try (Contender.Running running = Contender.start(command, port, log, Map.of())) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<Void> answer = HTTP.send(request, HttpResponse.BodyHandlers.discarding());
            double millis = (System.nanoTime() - began) / 1e6;
            if (answer.statusCode() != 200) {
                throw new AssertionError(running + " is not ready: " + answer.statusCode() + "; see " + log);
            }
            return millis;
        }
    }
}
