package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and probes the FFmpeg to use: the one that the operator sets, otherwise the one on the PATH, otherwise the
 * bundled one.
 *
 * <p><b>Blocking.</b> It starts processes, waits for them, and may write a hundred megabytes to disk on its first run.
 * Call it once, at start, never from an event loop.
 */
public final class FfmpegLocator {

    private static final Logger LOG = LoggerFactory.getLogger(FfmpegLocator.class);

    private final Map<String, String> parentEnvironment;
    private final Map<String, String> environment;
    private final BundledFfmpeg bundled;

    /** Uses this process's environment and passes only the default variables to FFmpeg. */
    public FfmpegLocator() {
        this(System.getenv(), List.of());
    }

    /**
     * Uses a given environment.
     *
     * @param parentEnvironment source of PATH, the cache directory and the variables that are passed to FFmpeg
     * @param alsoPass names of variables to pass to FFmpeg in addition to the default ones (such as PATH, HOME and the
     *     proxies); each is exact, or a prefix that ends in {@code *}
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
     * Finds and probes an FFmpeg. Blocks, usually for a few hundred milliseconds.
     *
     * @param explicit the one that the operator sets, which is then the only one tried; or null
     * @return an FFmpeg that works
     * @throws FfmpegUnavailableException if there is none; the message lists each that was tried, with the reason
     */
    public Ffmpeg locate(@Nullable Path explicit) throws FfmpegUnavailableException {
        if (explicit != null) {
            return explicit(explicit);
        }
        List<String> failures = new ArrayList<>();
        Optional<Path> onPath = onPath();
        if (onPath.isPresent()) {
            try {
                return probe(onPath.get(), Ffmpeg.Source.PATH, environment);
            } catch (FfmpegUnavailableException e) {
                LOG.warn("Skipping the FFmpeg on the PATH, {}: {}", onPath.get(), e.getMessage());
                failures.add(onPath.get() + " (on the PATH): " + e.getMessage());
            }
        } else {
            failures.add("no ffmpeg on the PATH");
        }
        try {
            Optional<BundledFfmpeg.Extracted> extracted = bundled.extract(environment);
            if (extracted.isPresent()) {
                BundledFfmpeg.Extracted own = extracted.get();
                return probe(own.executable(), Ffmpeg.Source.BUNDLED, own.environment());
            }
            failures.add("this build bundles none for " + Platform.current());
        } catch (FfmpegUnavailableException | IOException e) {
            failures.add("bundled FFmpeg: " + e.getMessage());
        }
        throw new FfmpegUnavailableException(
                "No usable FFmpeg: " + String.join("; ", failures) + ". Install FFmpeg, or set --ffmpeg PATH.");
    }

    private Ffmpeg explicit(Path explicit) throws FfmpegUnavailableException {
        Path executable = explicit.toAbsolutePath().normalize();
        String reason = !Files.exists(executable)
                ? "no such file"
                : Files.isDirectory(executable)
                        ? "it is a directory"
                        : !Files.isExecutable(executable) ? "it is not executable" : null;
        try {
            if (reason == null) {
                return probe(executable, Ffmpeg.Source.FLAG, environment);
            }
        } catch (FfmpegUnavailableException e) {
            reason = e.getMessage();
        }
        throw new FfmpegUnavailableException("cannot use the FFmpeg at " + explicit + ": " + reason);
    }

    private static Ffmpeg probe(Path executable, Ffmpeg.Source source, Map<String, String> environment)
            throws FfmpegUnavailableException {
        long start = System.nanoTime();
        FfmpegCapabilities can = FfmpegProbe.probe(executable, environment);
        LOG.info(
                "FFmpeg {} ({}, {}): H.264 encoder {}, AAC {}, RTMP {}, RTMPS {}, HLS {}, Enhanced RTMP {};"
                        + " probed in {} ms",
                can.version(),
                executable,
                source,
                H264Encoder.in(can).map(H264Encoder::ffmpegName).orElse("none"),
                yesNo(can.encoders().contains("aac")),
                yesNo(can.muxers().contains("flv") && can.outputProtocols().contains("rtmp")),
                yesNo(can.muxers().contains("flv") && can.outputProtocols().contains("rtmps")),
                yesNo(can.muxers().contains("hls")),
                can.writesEnhancedAudio() ? "with Opus" : yesNo(can.writesEnhancedVideo()),
                Duration.ofNanos(System.nanoTime() - start).toMillis());
        return new Ffmpeg(executable, source, can, environment);
    }

    private static String yesNo(boolean can) {
        return can ? "yes" : "no";
    }

    private Optional<Path> onPath() {
        return SearchPath.in(
                parentEnvironment.getOrDefault("PATH", ""), Platform.current().executableName("ffmpeg"));
    }
}
