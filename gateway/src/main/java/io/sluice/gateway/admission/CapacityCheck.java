package io.sluice.gateway.admission;

import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns at start if the system's limits allow fewer streams than the host or {@code --max-streams} does. */
public final class CapacityCheck {

    private static final Logger LOG = LoggerFactory.getLogger(CapacityCheck.class);

    /**
     * Capacity of a processor for typical streams, with video copied and audio encoded: 4 % each (measured: 720p30,
     * FFmpeg 5.1).
     */
    private static final int STREAMS_PER_PROCESSOR = 25;

    /** Standard input, output and error, and the one that passes an output's URL, which FFmpeg does not close. */
    private static final int PIPES_PER_STREAM = 4;

    private static final int DESCRIPTORS_PER_STREAM = 4;

    /** For log files, jars and connections without a stream. */
    private static final int SPARE_DESCRIPTORS = 64;

    private CapacityCheck() {}

    /**
     * Checks the limits and logs warnings. Reads files.
     *
     * @param limits limits on the number of streams
     * @param loadLimits limits on the host's load
     */
    public static void log(AdmissionLimits limits, LoadLimits loadLimits) {
        Integer max = limits.maxStreams();
        int processors = Runtime.getRuntime().availableProcessors();
        int wanted = max == null ? processors * STREAMS_PER_PROCESSOR * loadLimits.maxCpuPercent() / 100 : max;
        log(new HostResources(), wanted);
    }

    static void log(HostResources host, long wantedStreams) {
        OptionalLong descriptors = host.maxOpenFiles();
        if (descriptors.isEmpty()) {
            LOG.info("This system does not report its resources; streams are admitted without checking them");
            return;
        }
        long supported = Math.max(0, descriptors.getAsLong() - SPARE_DESCRIPTORS) / DESCRIPTORS_PER_STREAM;
        if (supported < wantedStreams) {
            LOG.warn(
                    "The limit of {} file descriptors suffices for {} streams, but this host or --max-streams allows"
                            + " {}. Raise ulimit -n or LimitNOFILE.",
                    descriptors.getAsLong(),
                    supported,
                    wantedStreams);
        }
        OptionalLong pipes = host.maxPipes();
        if (pipes.isPresent() && pipes.getAsLong() / PIPES_PER_STREAM < wantedStreams) {
            LOG.warn(
                    "Only {} pipes of this user can have their full size, which suffices for {} of {} streams; further"
                            + " streams cost more CPU. Raise fs.pipe-user-pages-soft.",
                    pipes.getAsLong(),
                    pipes.getAsLong() / PIPES_PER_STREAM,
                    wantedStreams);
        }
    }
}
