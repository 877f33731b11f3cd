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
 * A program that is asked one thing, answers and leaves, within a deadline; blocking, for use at start only.
 *
 * <p>Several may be started before the first is awaited, so that they run side by side. A program that does not leave
 * in time is killed together with its children; what it had written by then is lost.
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
     * What came back.
     *
     * @param exitCode the exit code; means nothing if the program was not in time
     * @param inTime whether it left within the deadline; otherwise it was killed
     * @param output standard output and standard error as they came, at most a megabyte
     */
    public record Answer(int exitCode, boolean inTime, String output) {
        public boolean succeeded() {
            return inTime && exitCode == 0;
        }

        /** What a program that gives up says last is mostly why. */
        public String lastLine() {
            return output.lines()
                    .reduce("", (first, last) -> last.isBlank() ? first : last)
                    .strip();
        }
    }

    /**
     * Starts the program with an empty standard input and exactly the given environment.
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
                process, CompletableFuture.supplyAsync(() -> read(process), ProbeProcess::onThreadOfItsOwn));
    }

    /** Waits until the program has left, or kills it. */
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
            // Told apart from an answer by Answer.inTime; there is nothing else to know about it.
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

    /** A grandchild may keep the pipe open past every deadline; its reader must then keep nobody's JVM alive. */
    private static void onThreadOfItsOwn(Runnable task) {
        Thread thread = new Thread(task, "ffmpeg-probe");
        thread.setDaemon(true);
        thread.start();
    }
}
