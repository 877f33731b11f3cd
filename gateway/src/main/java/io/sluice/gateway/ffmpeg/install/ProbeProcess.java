package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a program to completion within a deadline and returns its output. Blocking; for use at start only.
 *
 * <p>Several may be started before the first is awaited, so that they run concurrently. A program that exceeds the
 * deadline is killed together with its children, and its output is discarded.
 */
public final class ProbeProcess {

    /** FFmpeg's longest list is 80 KB. */
    private static final int MAX_OUTPUT_BYTES = 1 << 20;

    private final Process process;
    private final CompletableFuture<String> output;

    private ProbeProcess(Process process, CompletableFuture<String> output) {
        this.process = process;
        this.output = output;
    }

    /**
     * A program's result.
     *
     * @param exitCode the exit code; meaningless unless {@code inTime}
     * @param inTime whether it exited within the deadline; otherwise it was killed
     * @param output standard output and standard error, interleaved, at most a megabyte
     */
    public record Answer(int exitCode, boolean inTime, String output) {
        /**
         * Whether it exited in time with code 0.
         *
         * @return whether it succeeded
         */
        public boolean succeeded() {
            return inTime && exitCode == 0;
        }

        /**
         * The last line of output that is not blank, which usually is the error.
         *
         * @return the line, or an empty string
         */
        public String lastLine() {
            return output.lines()
                    .reduce("", (first, last) -> last.isBlank() ? first : last)
                    .strip();
        }
    }

    /**
     * Starts a program with an empty standard input and exactly the given environment.
     *
     * @param executable the program
     * @param arguments its arguments
     * @param environment its complete environment
     * @return the running program
     *
     * @throws IOException if the operating system cannot start it
     */
    public static ProbeProcess start(Path executable, List<String> arguments, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(executable.toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new ProbeProcess(
                process, CompletableFuture.supplyAsync(() -> read(process), ProbeProcess::onDaemonThread));
    }

    /**
     * Waits until the program has exited, or kills it at the deadline or when interrupted.
     *
     * @param deadline how long to wait, from now
     * @return the result
     */
    public Answer await(Duration deadline) {
        long until = System.nanoTime() + deadline.toNanos();
        try {
            String text = output.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
            if (process.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return new Answer(process.exitValue(), true, text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Reported as Answer.inTime == false.
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Answer(-1, false, "");
    }

    private static String read(Process process) {
        try (InputStream in = process.getInputStream()) {
            byte[] bytes = in.readNBytes(MAX_OUTPUT_BYTES);
            in.skip(Long.MAX_VALUE);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A grandchild may keep the pipe open after the deadline; the reader must not keep the JVM alive. */
    private static void onDaemonThread(Runnable task) {
        Thread thread = new Thread(task, "ffmpeg-probe");
        thread.setDaemon(true);
        thread.start();
    }
}
