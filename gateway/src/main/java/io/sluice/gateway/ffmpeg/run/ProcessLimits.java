package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.ProbeProcess;
import io.sluice.gateway.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operating system's limits on each FFmpeg process. A shell sets them on itself and then execs FFmpeg, so there is
 * no intermediate process, the process id stays the same, and a compromised FFmpeg cannot raise them. Immutable;
 * thread-safe.
 *
 * <p>The shell script consists of constants only; values are passed as arguments and variables, which it does not
 * evaluate.
 */
public final class ProcessLimits {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLimits.class);

    private static final Path SHELL = Path.of("/bin/sh");

    /** The script's exit code if a limit cannot be set; FFmpeg does not use it. */
    private static final int LIMIT_REFUSED = 125;

    /** In place of an option of {@code ulimit}. */
    private static final String OOM_SCORE = "oom";

    private static final String LIMIT_SCRIPT = "while [ \"$1\" != -- ]; do if [ \"$1\" = " + OOM_SCORE
            + " ]; then echo \"$2\" > /proc/self/oom_score_adj; else ulimit \"$1\" \"$2\"; fi || exit " + LIMIT_REFUSED
            + "; shift 2; done; shift\n";

    private static final Path OWN_OOM_SCORE = Path.of("/proc/self/oom_score_adj");

    /** Added to the gateway's own: as if FFmpeg used half of the host's memory more than it does. */
    private static final int OOM_SCORE_ADDED = 500;

    private static final int MAX_OOM_SCORE = 1_000;

    /** Three pipes to the gateway, one or two per output, and what name resolution and TLS open briefly. */
    private static final int MAX_DESCRIPTORS = 64;

    /**
     * A preview segment ends at a key frame; without a second one it would fill the disk. 2 GiB, in blocks of 512
     * bytes.
     */
    private static final int MAX_FILE_BLOCKS = 1 << 22;

    /** FFmpeg finishes gracefully on the soft limit's signal; the hard limit kills it. */
    private static final long CPU_GRACE_SECONDS = 60;

    private static final List<String> VERSION = List.of("-version");

    private static final Duration PROBE_DEADLINE = Duration.ofSeconds(10);

    private final boolean shell;
    private final List<String> limits;
    private final List<String> prefix;
    private final boolean supportsPresets;

    private ProcessLimits(boolean shell, List<String> limits, List<String> prefix, boolean supportsPresets) {
        this.shell = shell;
        this.limits = List.copyOf(limits);
        this.prefix = List.copyOf(prefix);
        this.supportsPresets = supportsPresets;
    }

    /**
     * No limits.
     *
     * @return limits that change nothing
     */
    public static ProcessLimits none() {
        return new ProcessLimits(false, List.of(), List.of(), false);
    }

    /**
     * Tests which limits this system supports and whether FFmpeg starts within them, and logs the result. <b>Blocks</b>
     * for a few hundred milliseconds; for use at start.
     *
     * @param ffmpeg the program
     * @param wanted the limits to apply
     * @return the supported limits
     * @throws FfmpegUnavailableException if FFmpeg does not start within the limits
     */
    public static ProcessLimits probe(Ffmpeg ffmpeg, FfmpegLimits wanted) throws FfmpegUnavailableException {
        if (!Files.isExecutable(SHELL)) {
            LOG.warn("{} not found; FFmpeg runs without operating system limits", SHELL);
            return none();
        }
        try {
            return probe(ffmpeg, candidates(wanted));
        } catch (IOException e) {
            throw new FfmpegUnavailableException("cannot start " + SHELL + ": " + e.getMessage());
        }
    }

    private static List<Limit> candidates(FfmpegLimits wanted) {
        long cpuSeconds = wanted.cpuTime().toSeconds();
        List<Limit> candidates = new ArrayList<>();
        candidates.add(Limit.ulimit("no core dumps", "-c", "0"));
        candidates.add(Limit.ulimit(MAX_DESCRIPTORS + " descriptors", "-n", "" + MAX_DESCRIPTORS));
        candidates.add(Limit.ulimit(
                cpuSeconds + " s of CPU time", "-St", "" + cpuSeconds, "-Ht", "" + (cpuSeconds + CPU_GRACE_SECONDS)));
        if (wanted.memoryBytes() > 0) {
            long kilobytes = wanted.memoryBytes() / 1_024;
            candidates.add(Limit.ulimit(kilobytes / 1_024 + " MB of memory", "-d", "" + kilobytes));
        }
        oomScore()
                .ifPresent(score -> candidates.add(
                        Limit.ulimit("out-of-memory score " + score, OOM_SCORE, Integer.toString(score))));
        if (wanted.niceness() > 0) {
            candidates.add(Limit.prefix("niceness " + wanted.niceness(), "nice", "-n", "" + wanted.niceness()));
        }
        candidates.add(Limit.prefix("no new privileges", "setpriv", "--no-new-privs"));
        return candidates;
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

    private static ProcessLimits probe(Ffmpeg ffmpeg, List<Limit> candidates)
            throws IOException, FfmpegUnavailableException {
        ProbeProcess preset =
                start(ffmpeg, List.of(), List.of(), OutputPresets.TRIAL, List.of(OutputPresets.TRIAL_PRESET));
        // Most systems support all of them, which takes one run to find out; otherwise each is tested separately.
        ProbeProcess together = start(ffmpeg, limits(candidates), prefix(candidates), VERSION, List.of());
        List<Limit> supported = together.await(PROBE_DEADLINE).succeeded() ? candidates : supported(ffmpeg, candidates);
        String unsupported = candidates.stream()
                .filter(limit -> !supported.contains(limit))
                .map(Limit::name)
                .collect(Collectors.joining(", "));
        boolean supportsPresets = preset.await(PROBE_DEADLINE).succeeded();
        LOG.info(
                "Each FFmpeg runs with {}{}; stream keys are {} the process list",
                supported.stream().map(Limit::name).collect(Collectors.joining(", ")),
                unsupported.isEmpty() ? "" : "; not supported here: " + unsupported,
                supportsPresets ? "hidden from" : "visible in");
        return new ProcessLimits(true, limits(supported), prefix(supported), supportsPresets);
    }

    private static List<Limit> supported(Ffmpeg ffmpeg, List<Limit> candidates)
            throws IOException, FfmpegUnavailableException {
        Map<Limit, ProbeProcess> runs = new LinkedHashMap<>();
        for (Limit limit : candidates) {
            runs.put(limit, start(ffmpeg, limit.limits(), limit.prefix(), VERSION, List.of()));
        }
        List<Limit> supported = new ArrayList<>();
        for (Map.Entry<Limit, ProbeProcess> run : runs.entrySet()) {
            if (run.getKey().isSupported(run.getValue().await(PROBE_DEADLINE))) {
                supported.add(run.getKey());
            }
        }
        return supported;
    }

    private static List<String> limits(List<Limit> candidates) {
        return candidates.stream().flatMap(limit -> limit.limits().stream()).toList();
    }

    private static List<String> prefix(List<Limit> candidates) {
        return candidates.stream().flatMap(limit -> limit.prefix().stream()).toList();
    }

    /** Whether output URLs can be passed as {@link OutputPresets} instead of arguments. */
    boolean supportsPresets() {
        return supportsPresets;
    }

    /** The process to start so that the command runs within the limits. */
    ProcessSpec specFor(FfmpegCommand command, Map<String, String> environment, Path directory) {
        if (!shell) {
            return new ProcessSpec(command.arguments(), environment, directory);
        }
        List<String> all = new ArrayList<>(limits);
        if (command.writesFiles()) {
            all.addAll(List.of("-f", Integer.toString(MAX_FILE_BLOCKS)));
        }
        Map<String, String> variables = new TreeMap<>(environment);
        OutputPresets.addTo(variables, command.presets());
        return new ProcessSpec(
                shellCommand(command.presets().size(), all, prefix, command.arguments()), variables, directory);
    }

    private static List<String> shellCommand(
            int presets, List<String> limits, List<String> prefix, List<String> command) {
        List<String> all = new ArrayList<>(
                List.of(SHELL.toString(), "-c", LIMIT_SCRIPT + OutputPresets.script(presets), "sluice"));
        all.addAll(limits);
        all.add("--");
        all.addAll(prefix);
        all.addAll(command);
        return all;
    }

    private static ProbeProcess start(
            Ffmpeg ffmpeg, List<String> limits, List<String> prefix, List<String> arguments, List<String> presets)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(ffmpeg.executable().toString()));
        command.addAll(arguments);
        List<String> all = shellCommand(presets.size(), limits, prefix, command);
        Map<String, String> environment = new TreeMap<>(ffmpeg.environment());
        OutputPresets.addTo(environment, presets);
        return ProbeProcess.start(SHELL, all.subList(1, all.size()), environment);
    }

    /** One limit: {@code ulimit} arguments or a program to prefix. */
    private record Limit(String name, List<String> limits, List<String> prefix) {

        static Limit ulimit(String name, String... limits) {
            return new Limit(name, List.of(limits), List.of());
        }

        static Limit prefix(String name, String... program) {
            return new Limit(name, List.of(), List.of(program));
        }

        /** Whether the system supports this limit, given a run with this limit only. */
        boolean isSupported(ProbeProcess.Answer answer) throws FfmpegUnavailableException {
            boolean unsupported = !prefix.isEmpty() || answer.exitCode() == LIMIT_REFUSED;
            if (!answer.succeeded() && !unsupported) {
                throw new FfmpegUnavailableException("FFmpeg does not start with " + name + ": " + answer.lastLine());
            }
            return answer.succeeded();
        }
    }
}
