package io.sluice.e2e.bench;

import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a real stream costs in all, FFmpeg included: the gateway with the FFmpeg that it sets up, beside the command
 * line that people write by hand for the same output, fed by the floor, which costs next to nothing.
 *
 * <p>Arguments: the number of rounds, and of streams at once; then names of plans; without names, all.
 */
final class RealStreams {

    private static final int SKIP_SECONDS = 8;
    private static final int SECONDS = 28;
    private static final int SOURCE_SECONDS = 40;

    private static final Duration MAKING_LIMIT = Duration.ofMinutes(10);

    /** What is sent, and the ordinary command line for it. */
    private enum Plan {
        COPY("avc1.42E01F,opus", "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline", "-c:v copy"),
        ENCODE(
                "vp8,opus",
                "-c:v libvpx -deadline realtime -cpu-used 8",
                "-c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p -r 30 -g 60 -b:v 2000k -maxrate 2000k"
                        + " -bufsize 2000k");

        private final String codecs;
        private final String making;
        private final String peer;

        Plan(String codecs, String making, String peer) {
            this.codecs = codecs;
            this.making = making;
            this.peer = peer;
        }
    }

    private final Bench bench;
    private final int streams;

    private RealStreams(Bench bench, int streams) {
        this.bench = bench;
        this.streams = streams;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Bench bench = Bench.here();
        RealStreams real = new RealStreams(bench, Integer.parseInt(arguments[1]));
        List<String> wanted = Arrays.asList(arguments).subList(2, arguments.length);
        for (Plan plan : Plan.values()) {
            if (wanted.isEmpty() || wanted.contains(plan.name())) {
                real.compare(plan, Integer.parseInt(arguments[0]));
            }
        }
    }

    private void compare(Plan plan, int rounds) throws Exception {
        Path recording = recording(plan);
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            try (Stage stage = new Stage()) {
                NginxReceiver nginx = stage.forgettingNginx();
                int port = Ports.free();
                ours[round] = coresPerStream(plan, recording, port, sluice(port, nginx), true);
                theirs[round] = coresPerStream(plan, recording, port, peer(port, plan, nginx), false);
                ratios[round] = ours[round] / theirs[round];
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s round %d: sluice %.4f cores a stream, by hand %.4f, ratio %.2f%n",
                    plan,
                    round + 1,
                    ours[round],
                    theirs[round],
                    ratios[round]);
        }
        Arrays.sort(ratios);
        Arrays.sort(ours);
        Arrays.sort(theirs);
        System.out.printf(
                Locale.ROOT,
                "%s: sluice %.4f, by hand %.4f, ratio %.2f (%.2f–%.2f)%n",
                plan,
                Results.median(ours),
                Results.median(theirs),
                Results.median(ratios),
                ratios[0],
                ratios[rounds - 1]);
    }

    private List<String> sluice(int port, NginxReceiver nginx) {
        List<String> command = bench.gateway(port, List.of());
        command.addAll(List.of(
                "--publish", nginx.publishUrl(), "--ffmpeg", Tool.FFMPEG.path().toString()));
        return command;
    }

    private List<String> peer(int port, Plan plan, NginxReceiver nginx) throws IOException {
        String script = "#!/bin/sh\nexec " + Tool.FFMPEG.path() + " -loglevel error -i pipe:0 " + plan.peer
                + " -c:a aac -b:a 128k -ar 48000 -f flv " + nginx.publishUrl().replace("{streamKey}", "peer-$$") + "\n";
        Path program = Files.writeString(bench.folder().resolve("peer.sh"), script);
        if (!program.toFile().setExecutable(true)) {
            throw new IOException(program + " cannot be made executable");
        }
        return List.of(bench.instruments().floor().toString(), Integer.toString(port), program.toString());
    }

    /** Of processor cores, in all processes of the server. */
    private double coresPerStream(Plan plan, Path recording, int port, List<String> command, boolean negotiated)
            throws IOException, InterruptedException {
        try (Contender.Running running =
                Contender.start(command, port, bench.folder().resolve("real.log"), Map.of())) {
            Footprint footprint = new Footprint(running.process());
            Process load = load(plan, recording, port, negotiated);
            Duration from = Duration.ZERO;
            Duration to = Duration.ZERO;
            try (BufferedReader lines = load.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(SKIP_SECONDS + " ")) {
                        from = footprint.processorTime();
                    } else if (line.startsWith(SECONDS + " ")) {
                        to = footprint.processorTime();
                        check(line);
                    }
                }
            }
            return to.minus(from).toMillis() / 1e3 / (SECONDS - SKIP_SECONDS) / streams;
        }
    }

    private void check(String line) {
        if (!line.split(" ", -1)[1].equals(Integer.toString(streams))) {
            throw new AssertionError("not all of " + streams + " streams are live: " + line);
        }
    }

    private Process load(Plan plan, Path recording, int port, boolean negotiated) throws IOException {
        long bytesPerSecond = Files.size(recording) / SOURCE_SECONDS;
        List<String> arguments = new ArrayList<>(List.of(
                "-n",
                Integer.toString(streams),
                "-m",
                Long.toString(bytesPerSecond / 4),
                "-r",
                Long.toString(bytesPerSecond),
                "-R",
                "2000",
                "-t",
                Integer.toString(SECONDS + 2),
                "-f",
                recording.toString(),
                "-c",
                plan.codecs));
        if (negotiated) {
            arguments.add("-o");
        }
        return bench.load(port, arguments);
    }

    /** 720p30 at 2 Mbit/s with noise in it, as a camera has, and a tone with noise; key frames every 2 s. */
    private Path recording(Plan plan) {
        Path file = bench.folder().resolve(plan.name().toLowerCase(Locale.ROOT) + ".mkv");
        if (Files.exists(file)) {
            return file;
        }
        String arguments = "-v error -f lavfi -i testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t"
                + " -f lavfi -i anoisesrc=color=pink:amplitude=0.2:sample_rate=48000 -t " + SOURCE_SECONDS + " "
                + plan.making + " -pix_fmt yuv420p -g 60 -b:v 2000k -maxrate 2000k -bufsize 1000k"
                + " -c:a libopus -b:a 128k -ac 1 -f matroska -y " + file;
        Tool.Run run = Tool.FFMPEG.run(MAKING_LIMIT, arguments.split(" ", -1));
        if (run.exitCode() != 0) {
            throw new AssertionError(run.err());
        }
        return file;
    }
}
