package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegLocator;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The two FFmpegs used in tests: the one on the PATH and the bundled one. */
public final class RealFfmpeg {

    public static final RealFfmpeg ON_PATH = new RealFfmpeg(Ffmpeg.Source.PATH, System.getenv("PATH"));
    public static final RealFfmpeg BUNDLED = new RealFfmpeg(Ffmpeg.Source.BUNDLED, "");

    private final Ffmpeg ffmpeg;

    private RealFfmpeg(Ffmpeg.Source wanted, String path) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", path);
        try {
            ffmpeg = new FfmpegLocator(environment, List.of()).locate(null);
        } catch (FfmpegUnavailableException e) {
            throw new AssertionError(e);
        }
        if (ffmpeg.source() != wanted) {
            throw new AssertionError("No FFmpeg on the PATH; run apt-get install ffmpeg");
        }
    }

    public static List<RealFfmpeg> both() {
        return List.of(ON_PATH, BUNDLED);
    }

    public Ffmpeg get() {
        return ffmpeg;
    }

    @Override
    public String toString() {
        return ffmpeg.capabilities().version();
    }

    /** The result of a finished process. */
    public record Run(int exitCode, String stdout, String stderr) {}

    /** Runs a command with the given bytes as its standard input, within a minute. */
    public Run run(List<String> command, Path directory, byte[] stdin) {
        try {
            Process process = start(command, directory);
            CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
            try (var in = process.getOutputStream()) {
                in.write(stdin);
            } catch (IOException e) {
                // It may exit before it has read everything; the exit code and messages show why.
            }
            if (!process.waitFor(Duration.ofMinutes(1).toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running: " + command);
            }
            return new Run(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public Process start(List<String> command, Path directory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(get().environment());
        return builder.start();
    }

    /** Runs the bundled ffprobe, which every build includes, on a file. */
    public static List<String> ffprobe(Path file, String... arguments) {
        Path ffprobe = BUNDLED.get().ffprobe().orElseThrow();
        List<String> command = new ArrayList<>(List.of(ffprobe.toString(), "-v", "error"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-of", "csv=p=0", file.toString()));
        Run run = BUNDLED.run(command, Path.of("."), new byte[0]);
        if (run.exitCode() != 0 || !run.stderr().isBlank()) {
            throw new AssertionError("ffprobe " + file + ": " + run.stderr());
        }
        return run.stdout().lines().filter(line -> !line.isBlank()).toList();
    }

    public static byte[] fixture(String name) {
        try {
            return Files.readAllBytes(Path.of("src/test/resources/fixtures", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
