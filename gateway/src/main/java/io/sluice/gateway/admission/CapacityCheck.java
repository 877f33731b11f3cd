package io.sluice.gateway.admission;

import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells an operator at start how many streams the system's limits leave room for, loudly where that is few. */
public final class CapacityCheck {

    private static final Logger LOG = LoggerFactory.getLogger(CapacityCheck.class);

    /** What a processor carries of the usual kind: video copied, sound encoded, 4 % each (measured: 720p30, FFmpeg 5.1). */
    private static final int STREAMS_PER_PROCESSOR = 25;

    /** Input, output, words, and the one that hands over an output's address, which FFmpeg does not close. */
    private static final int PIPES_PER_STREAM = 4;

    private static final int LASTING_DESCRIPTORS_PER_STREAM = 4;

    private CapacityCheck() {}

    /**
     * Reads files, and writes to the log.
     *
     * @param limits how many streams there may be
     * @param loadLimits what they may take of the machine
     */
    public static void tell(AdmissionLimits limits, LoadLimits loadLimits) {
        Integer most = limits.maxStreams();
        int processors = Runtime.getRuntime().availableProcessors();
        int wanted = most == null ? processors * STREAMS_PER_PROCESSOR * loadLimits.maxCpuPercent() / 100 : most;
        tell(new HostResources(), wanted);
    }

    static void tell(HostResources machine, long wantedStreams) {
        OptionalLong descriptors = machine.maxOpenFiles();
        if (descriptors.isEmpty()) {
            LOG.info("This system does not tell its limits, so streams are admitted whatever it has left");
            return;
        }
        long room =
                Math.max(0, descriptors.getAsLong() - LoadMonitor.SPARE_DESCRIPTORS) / LASTING_DESCRIPTORS_PER_STREAM;
        if (room < wantedStreams) {
            LOG.warn(
                    "{} file descriptors are enough for {} streams, where this machine or --max-streams has room for {}:"
                            + " raise ulimit -n or LimitNOFILE",
                    descriptors.getAsLong(),
                    room,
                    wantedStreams);
        }
        OptionalLong pipes = machine.maxPipes();
        if (pipes.isPresent() && pipes.getAsLong() / PIPES_PER_STREAM < wantedStreams) {
            LOG.warn(
                    "Only {} pipes of this user have their full size, which is enough for {} of {} streams; the others cost more:"
                            + " raise fs.pipe-user-pages-soft",
                    pipes.getAsLong(),
                    pipes.getAsLong() / PIPES_PER_STREAM,
                    wantedStreams);
        }
    }
}
