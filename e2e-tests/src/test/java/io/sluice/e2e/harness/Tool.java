package io.sluice.e2e.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program from outside that the tests need. One that is missing fails the test with the line that installs it. */
public enum Tool {
    FFMPEG("ffmpeg", "ffmpeg"),
    FFPROBE("ffprobe", "ffmpeg"),
    NGINX("nginx", "nginx libnginx-mod-rtmp"),
    CHROMIUM("chromium", "chromium"),
    OPENSSL("openssl", "openssl"),
    CC("cc", "gcc libc6-dev");

    /** Where Debian puts programs; those for administrators are not on everybody's PATH. */
    private static final String MORE_PLACES = File.pathSeparator + "/usr/sbin" + File.pathSeparator + "/usr/bin";

    private final String program;
    private final String packages;

    Tool(String program, String packages) {
        this.program = program;
        this.packages = packages;
    }

    /** What a program left behind: how it ended and what it printed. */
    public record Run(int exitCode, String out, String err) {}

    /** The executable. */
    public Path path() {
        return Stream.of((System.getenv().getOrDefault("PATH", "") + MORE_PLACES).split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "The end-to-end tests need " + program + ": apt-get install -y " + packages));
    }

    /** The command line for {@code arguments}. */
    public List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(path().toString()));
        command.addAll(arguments);
        return command;
    }

    /** Runs the program to its end. */
    public Run run(Duration limit, String... arguments) {
        return run(limit, command(List.of(arguments)), Map.of());
    }

    /** Runs any program to its end; one that takes longer is killed and fails the test. */
    public static Run run(Duration limit, List<String> command, Map<String, String> environment) {
        try {
            Path out = Files.createTempFile("sluice-tool", ".out");
            Path err = Files.createTempFile("sluice-tool", ".err");
            try {
                return run(limit, command, environment, out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while " + command + " ran", e);
        }
    }

    private static Run run(Duration limit, List<String> command, Map<String, String> environment, Path out, Path err)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " took longer than " + limit + "; it said " + Files.readString(err));
        }
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
