package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.ProbeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * One of {@link ProcessLimits}.
 *
 * @param name for the log
 * @param privileges options of {@code setpriv}, which runs before the shell
 * @param limits arguments of the shell's script
 * @param prefix a program to run between the shell and FFmpeg
 */
record ProcessLimit(String name, List<String> privileges, List<String> limits, List<String> prefix) {

    /** The script's exit code if a limit cannot be set; FFmpeg does not use it. */
    static final int REFUSED = 125;

    /** In place of an option of {@code ulimit}. */
    static final String OOM_SCORE = "oom";

    static final String NO_CAPABILITIES = "no capabilities";

    private static final Path OWN_OOM_SCORE = Path.of("/proc/self/oom_score_adj");

    /** Added to the gateway's own: as if FFmpeg used half of the host's memory more than it does. */
    private static final int OOM_SCORE_ADDED = 500;

    private static final int MAX_OOM_SCORE = 1_000;

    /** Three pipes to the gateway, one or two per output, and what name resolution and TLS open briefly. */
    private static final int MAX_DESCRIPTORS = 64;

    /** FFmpeg finishes gracefully on the soft limit's signal; the hard limit kills it. */
    private static final long CPU_GRACE_SECONDS = 60;

    private static ProcessLimit ulimit(String name, String... limits) {
        return new ProcessLimit(name, List.of(), List.of(limits), List.of());
    }

    private static ProcessLimit privileges(String name, String... options) {
        return new ProcessLimit(name, List.of(options), List.of(), List.of());
    }

    /** What to try. */
    static List<ProcessLimit> candidates(FfmpegLimits wanted, boolean root) {
        long cpuSeconds = wanted.cpuTime().toSeconds();
        List<ProcessLimit> candidates = new ArrayList<>();
        candidates.add(ulimit("no core dumps", "-c", "0"));
        candidates.add(ulimit(MAX_DESCRIPTORS + " descriptors", "-n", "" + MAX_DESCRIPTORS));
        candidates.add(ulimit(
                cpuSeconds + " s of CPU time", "-St", "" + cpuSeconds, "-Ht", "" + (cpuSeconds + CPU_GRACE_SECONDS)));
        if (wanted.memoryBytes() > 0) {
            long kilobytes = wanted.memoryBytes() / 1_024;
            candidates.add(ulimit(kilobytes / 1_024 + " MB of memory", "-d", "" + kilobytes));
        }
        oomScore()
                .ifPresent(score ->
                        candidates.add(ulimit("out-of-memory score " + score, OOM_SCORE, Integer.toString(score))));
        if (wanted.niceness() > 0) {
            List<String> nice = List.of("nice", "-n", "" + wanted.niceness());
            candidates.add(new ProcessLimit("niceness " + wanted.niceness(), List.of(), List.of(), nice));
        }
        candidates.add(privileges("no new privileges", "--no-new-privs"));
        candidates.add(noCapabilities(root));
        return candidates;
    }

    /**
     * Another user's gateway may have some from its service manager, for a port below 1024. Root gets all in its
     * bounding set with each program that it executes; others get none once there are no new privileges.
     */
    private static ProcessLimit noCapabilities(boolean root) {
        return root
                ? privileges(NO_CAPABILITIES, "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
                : privileges(NO_CAPABILITIES, "--inh-caps=-all", "--ambient-caps=-all");
    }

    /** The kernel then ends an FFmpeg, and so one stream, before the gateway with all of them. */
    private static OptionalInt oomScore() {
        try {
            int own = Integer.parseInt(Files.readString(OWN_OOM_SCORE).strip());
            return OptionalInt.of(Math.min(own + OOM_SCORE_ADDED, MAX_OOM_SCORE));
        } catch (IOException e) {
            return OptionalInt.empty(); // not Linux
        }
    }

    /** Whether the system supports this limit, given a run with this limit only. */
    boolean isSupported(ProbeProcess.Answer answer) throws FfmpegUnavailableException {
        boolean unsupported = !prefix.isEmpty() || !privileges.isEmpty() || answer.exitCode() == REFUSED;
        if (!answer.succeeded() && !unsupported) {
            throw new FfmpegUnavailableException("FFmpeg does not start with " + name + ": " + answer.lastLine());
        }
        return answer.succeeded();
    }
}
