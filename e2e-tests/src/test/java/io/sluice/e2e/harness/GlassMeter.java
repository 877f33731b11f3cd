package io.sluice.e2e.harness;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * An RTMP server for one stream of {@code pages/source.js} that notes when each picture was drawn and when it came out
 * of the decoder here: the delay from the glass to the far end of RTMP. It writes a recording besides.
 */
public final class GlassMeter implements AutoCloseable {

    private static final Duration LIMIT = Publisher.SOON;

    private final Process ffmpeg;
    private final Path file;
    private final int port;
    private final List<Reading> readings = new ArrayList<>();
    private int damaged;

    private GlassMeter(Process ffmpeg, Path file, int port) {
        this.ffmpeg = ffmpeg;
        this.file = file;
        this.port = port;
    }

    /**
     * One picture.
     *
     * @param arrivedMillis when it was decoded, in milliseconds since 1970
     */
    public record Reading(SourcePicture picture, long arrivedMillis) {

        public long delayMillis() {
            return arrivedMillis - picture.drawnMillis();
        }
    }

    static GlassMeter start(Stage stage) {
        Path directory = stage.directory("meter");
        Path file = directory.resolve("received.flv");
        int port = Ports.free();
        // Nothing may wait here: neither the demuxer for a frame rate, nor the threads of the decoder and of the
        // "encoder" for
        // more pictures, nor the pipe for a full buffer. (-fflags nobuffer would lose the first group of pictures.)
        String command =
                "-nostdin -loglevel error -filter_threads 1 -fpsprobesize 0 -flags low_delay -threads 1 -listen 1"
                        + " -i rtmp://127.0.0.1:" + port + "/live/stream"
                        + " -map 0:v -vf scale=" + SourcePicture.SIZE
                        + ":flags=area,format=gray -threads 1 -vsync passthrough"
                        + " -flush_packets 1 -f rawvideo pipe:1 -map 0 -c copy -copyts -flvflags no_duration_filesize "
                        + file;
        try {
            Process ffmpeg = new ProcessBuilder(Tool.FFMPEG.command(List.of(command.split(" ", -1))))
                    .redirectInput(new File("/dev/null"))
                    .redirectError(directory.resolve("meter.err").toFile())
                    .start();
            GlassMeter meter = stage.own(new GlassMeter(ffmpeg, file, port));
            Thread reader = new Thread(meter::read);
            reader.setDaemon(true);
            reader.start();
            Awaitility.await("the meter listens")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Ports.isListening(port));
            return meter;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What to give the gateway as {@code --publish}; the name is not looked at. */
    public String publishUrl() {
        return "rtmp://127.0.0.1:" + port + "/live/stream";
    }

    private void read() {
        byte[] gray = new byte[SourcePicture.BYTES];
        try (DataInputStream in = new DataInputStream(ffmpeg.getInputStream())) {
            while (true) {
                in.readFully(gray);
                add(gray, System.currentTimeMillis());
            }
        } catch (EOFException e) {
            // The stream ended, and FFmpeg with it.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void add(byte[] gray, long now) {
        SourcePicture.read(gray, now)
                .ifPresentOrElse(picture -> readings.add(new Reading(picture, now)), () -> damaged++);
    }

    /** All so far. */
    public synchronized List<Reading> readings() {
        return List.copyOf(readings);
    }

    /** How many pictures could not be read. */
    public synchronized int damaged() {
        return damaged;
    }

    /** Waits until the readings are as wanted. */
    public List<Reading> await(String what, Duration limit, Predicate<List<Reading>> isReached) {
        return Awaitility.await(what)
                .atMost(limit)
                .pollInterval(Duration.ofMillis(50))
                .until(this::readings, isReached);
    }

    /** What it wrote, once the publisher has left. */
    public Path recording() {
        try {
            if (ffmpeg.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return file;
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        throw new AssertionError("the publisher has not left within " + LIMIT);
    }

    @Override
    public void close() {
        ffmpeg.destroyForcibly();
    }

    /** The value below which so many percent of the delays lie, in milliseconds. */
    public static long percentile(int percent, Collection<Reading> readings) {
        long[] delays =
                readings.stream().mapToLong(Reading::delayMillis).sorted().toArray();
        if (delays.length == 0) {
            throw new AssertionError("no picture could be read");
        }
        return delays[Math.min(delays.length - 1, delays.length * percent / 100)];
    }
}
