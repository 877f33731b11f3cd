package io.sluice.gateway.ffmpeg.install;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the FFmpeg to use: the one that the operator names, else the one on the PATH, else the one that came with the
 * build; and probes it.
 *
 * <p><b>Blocking.</b> It starts processes, waits for them, and may write a hundred megabytes to disk on its first run.
 * Call it once, at start, and never from an event loop.
 */
public final class FfmpegLocator {

    private static final Logger log = LoggerFactory.getLogger(FfmpegLocator.class);

    private final Map<String, String> parentEnvironment;
    private final Map<String, String> environment;
    private final BundledFfmpeg bundled;

    /** Works with this process' own environment and passes nothing but the usual on. */
    public FfmpegLocator() {
        this(System.getenv(), List.of());
    }

    /**
     * Works with a given environment.
     *
     * @param parentEnvironment where PATH and the cache directory are read, and what is passed on is taken from
     * @param alsoPass names of variables that FFmpeg gets besides the usual ones (such as PATH, HOME and the proxies);
     *     each is exact, or a prefix that ends in {@code *}
     */
    public FfmpegLocator(Map<String, String> parentEnvironment, Collection<String> alsoPass) {
        this(parentEnvironment, alsoPass, new BundledFfmpeg(parentEnvironment));
    }

    FfmpegLocator(Map<String, String> parentEnvironment, Collection<String> alsoPass, BundledFfmpeg bundled) {
        this.parentEnvironment = Map.copyOf(parentEnvironment);
        this.environment = ChildEnvironment.from(parentEnvironment, alsoPass);
        this.bundled = bundled;
    }

    /**
     * Finds, starts and probes an FFmpeg. Blocking, for a few hundred milliseconds as a rule.
     *
     * @param explicit the one that the operator names, which is then the only one tried; or null
     * @return one that works
     * @throws FfmpegUnavailableException if none does; the message lists each that was tried, with the reason
     */
    public Ffmpeg locate(@Nullable Path explicit) throws FfmpegUnavailableException {
        if (explicit != null) {
            return named(explicit);
        }
        List<String> failures = new ArrayList<>();
        Optional<Path> onPath = onPath();
        if (onPath.isPresent()) {
            try {
                return probed(onPath.get(), Ffmpeg.Source.PATH, environment);
            } catch (FfmpegUnavailableException e) {
                log.warn("The FFmpeg on the PATH, {}, is of no use: {}", onPath.get(), e.getMessage());
                failures.add(onPath.get() + " (on the PATH): " + e.getMessage());
            }
        } else {
            failures.add("there is no ffmpeg on the PATH");
        }
        try {
            Optional<BundledFfmpeg.Extracted> extracted = bundled.extract(environment);
            if (extracted.isPresent()) {
                BundledFfmpeg.Extracted own = extracted.get();
                return probed(own.executable(), Ffmpeg.Source.BUNDLED, own.environment());
            }
            failures.add("none came with this build for " + Platform.current());
        } catch (FfmpegUnavailableException | IOException e) {
            failures.add("the bundled one: " + e.getMessage());
        }
        throw new FfmpegUnavailableException("No FFmpeg can be used: " + String.join("; ", failures)
                + ". Install FFmpeg, or name one with --ffmpeg PATH.");
    }

    private Ffmpeg named(Path explicit) throws FfmpegUnavailableException {
        Path executable = explicit.toAbsolutePath().normalize();
        String reason = !Files.exists(executable)
                ? "there is no such file"
                : Files.isDirectory(executable)
                        ? "it is a directory"
                        : !Files.isExecutable(executable) ? "it is not executable" : null;
        try {
            if (reason == null) {
                return probed(executable, Ffmpeg.Source.FLAG, environment);
            }
        } catch (FfmpegUnavailableException e) {
            reason = e.getMessage();
        }
        throw new FfmpegUnavailableException("The FFmpeg at " + explicit + " cannot be used: " + reason);
    }

    private static Ffmpeg probed(Path executable, Ffmpeg.Source source, Map<String, String> environment)
            throws FfmpegUnavailableException {
        long start = System.nanoTime();
        FfmpegCapabilities can = FfmpegProbe.probe(executable, environment);
        log.info(
                "FFmpeg {} ({}, {}): H.264 by {}, AAC {}, RTMP {}, RTMPS {}, HLS {}, Enhanced RTMP {}; probed in {} ms",
                can.version(),
                executable,
                source,
                H264Encoder.in(can).map(H264Encoder::ffmpegName).orElse("nothing"),
                yes(can.encoders().contains("aac")),
                yes(can.muxers().contains("flv") && can.outputProtocols().contains("rtmp")),
                yes(can.muxers().contains("flv") && can.outputProtocols().contains("rtmps")),
                yes(can.muxers().contains("hls")),
                can.writesEnhancedAudio() ? "with Opus" : yes(can.writesEnhancedVideo()),
                Duration.ofNanos(System.nanoTime() - start).toMillis());
        return new Ffmpeg(executable, source, can, environment);
    }

    private static String yes(boolean can) {
        return can ? "yes" : "no";
    }

    private Optional<Path> onPath() {
        String path = parentEnvironment.getOrDefault("PATH", "");
        String name = Platform.current().executableName("ffmpeg");
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .map(Path::toAbsolutePath)
                .findFirst();
    }
}
