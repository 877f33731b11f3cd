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
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounds that the operating system puts on each FFmpeg. A shell sets them on itself and then becomes FFmpeg, so there is no process
 * in between, the process id stays, and an FFmpeg that has been taken over cannot lift them. Immutable; thread-safe.
 *
 * <p>The shell's script is put together of constants only; values reach it as arguments and variables, and it evaluates none of them.
 */
public final class ProcessLimits {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLimits.class);

    private static final Path SHELL = Path.of("/bin/sh");

    /** What the script answers when a limit cannot be set; FFmpeg does not use it. */
    private static final int LIMIT_REFUSED = 125;

    private static final String LIMITS =
            "while [ \"$1\" != -- ]; do ulimit \"$1\" \"$2\" || exit " + LIMIT_REFUSED + "; shift 2; done; shift\n";

    /** Descriptors: three to the gateway, one or two for each output, and what name resolution and TLS open for a moment. */
    private static final int MAX_DESCRIPTORS = 64;

    /** A preview's segment ends at a keyframe; a stream without a second one would fill the disk. In blocks of 512 bytes, 2 GiB. */
    private static final int MAX_FILE_BLOCKS = 1 << 22;

    /** FFmpeg takes the soft limit's signal for a wish to finish in order; the hard one kills. */
    private static final long CPU_GRACE_SECONDS = 60;

    private static final List<String> VERSION = List.of("-version");

    private static final Duration PROBE_DEADLINE = Duration.ofSeconds(10);

    private final boolean shell;
    private final List<String> limits;
    private final List<String> prefix;
    private final boolean hidesTargets;

    private ProcessLimits(boolean shell, List<String> limits, List<String> prefix, boolean hidesTargets) {
        this.shell = shell;
        this.limits = List.copyOf(limits);
        this.prefix = List.copyOf(prefix);
        this.hidesTargets = hidesTargets;
    }

    /**
     * No bounds at all.
     *
     * @return a confinement that changes nothing
     */
    public static ProcessLimits none() {
        return new ProcessLimits(false, List.of(), List.of(), false);
    }

    /**
     * Tries out which of the bounds this system can set, and whether FFmpeg starts within them, and says in the log what applies.
     * <b>Blocking</b>, for a few hundred milliseconds: for use at start.
     *
     * @param ffmpeg the program
     * @param wanted the bounds
     * @return what can be had of them
     * @throws FfmpegUnavailableException if FFmpeg does not start with so little memory
     */
    public static ProcessLimits probe(Ffmpeg ffmpeg, FfmpegLimits wanted) throws FfmpegUnavailableException {
        if (!Files.isExecutable(SHELL)) {
            LOG.warn("There is no {} here, so FFmpeg runs without limits of the operating system", SHELL);
            return none();
        }
        try {
            return tried(ffmpeg, measures(wanted));
        } catch (IOException e) {
            throw new FfmpegUnavailableException(SHELL + " cannot be started: " + e.getMessage());
        }
    }

    private static List<Measure> measures(FfmpegLimits wanted) {
        long cpuSeconds = wanted.cpuTime().toSeconds();
        List<Measure> measures = new ArrayList<>();
        measures.add(Measure.limit("no core dumps", "-c", "0"));
        measures.add(Measure.limit(MAX_DESCRIPTORS + " descriptors", "-n", "" + MAX_DESCRIPTORS));
        measures.add(Measure.limit(
                cpuSeconds + " s of processor time",
                "-St",
                "" + cpuSeconds,
                "-Ht",
                "" + (cpuSeconds + CPU_GRACE_SECONDS)));
        if (wanted.memoryBytes() > 0) {
            long kilobytes = wanted.memoryBytes() / 1_024;
            measures.add(Measure.limit(kilobytes / 1_024 + " MB of memory", "-d", "" + kilobytes));
        }
        if (wanted.niceness() > 0) {
            measures.add(Measure.prefix("niceness " + wanted.niceness(), "nice", "-n", "" + wanted.niceness()));
        }
        measures.add(Measure.prefix("no new privileges", "setpriv", "--no-new-privs"));
        return measures;
    }

    private static ProcessLimits tried(Ffmpeg ffmpeg, List<Measure> measures)
            throws IOException, FfmpegUnavailableException {
        ProbeProcess preset =
                start(ffmpeg, List.of(), List.of(), OutputPresets.TRIAL, List.of(OutputPresets.TRIAL_PRESET));
        // Nearly everywhere all of them can be had, which one run shows; only elsewhere is it asked which.
        ProbeProcess together = start(ffmpeg, limits(measures), prefix(measures), VERSION, List.of());
        List<Measure> apply = together.await(PROBE_DEADLINE).succeeded() ? measures : thoseThatApply(ffmpeg, measures);
        String lacks = measures.stream()
                .filter(measure -> !apply.contains(measure))
                .map(Measure::name)
                .collect(Collectors.joining(", "));
        boolean hidesTargets = preset.await(PROBE_DEADLINE).succeeded();
        LOG.info(
                "Each FFmpeg runs with {}{}; stream keys {} the process list",
                apply.stream().map(Measure::name).collect(Collectors.joining(", ")),
                lacks.isEmpty() ? "" : "; not to be had here: " + lacks,
                hidesTargets ? "do not show in" : "show in");
        return new ProcessLimits(true, limits(apply), prefix(apply), hidesTargets);
    }

    private static List<Measure> thoseThatApply(Ffmpeg ffmpeg, List<Measure> measures)
            throws IOException, FfmpegUnavailableException {
        Map<Measure, ProbeProcess> runs = new LinkedHashMap<>();
        for (Measure measure : measures) {
            runs.put(measure, start(ffmpeg, measure.limits(), measure.prefix(), VERSION, List.of()));
        }
        List<Measure> apply = new ArrayList<>();
        for (Map.Entry<Measure, ProbeProcess> run : runs.entrySet()) {
            if (run.getKey().applies(run.getValue().await(PROBE_DEADLINE))) {
                apply.add(run.getKey());
            }
        }
        return apply;
    }

    private static List<String> limits(List<Measure> measures) {
        return measures.stream().flatMap(measure -> measure.limits().stream()).toList();
    }

    private static List<String> prefix(List<Measure> measures) {
        return measures.stream().flatMap(measure -> measure.prefix().stream()).toList();
    }

    /** Whether FFmpeg can be handed its outputs' addresses in another way than as arguments. */
    boolean hidesTargets() {
        return hidesTargets;
    }

    /** What to start so that the command runs within the bounds. */
    ProcessSpec confine(FfmpegCommand command, Map<String, String> environment, Path directory) {
        if (!shell) {
            return new ProcessSpec(command.arguments(), environment, directory);
        }
        List<String> bounds = new ArrayList<>(limits);
        if (command.writesFiles()) {
            bounds.addAll(List.of("-f", Integer.toString(MAX_FILE_BLOCKS)));
        }
        Map<String, String> all = new TreeMap<>(environment);
        OutputPresets.addTo(all, command.hiddenTargets());
        return new ProcessSpec(
                shellCommand(command.hiddenTargets().size(), bounds, prefix, command.arguments()), all, directory);
    }

    private static List<String> shellCommand(
            int hiddenTargets, List<String> limits, List<String> prefix, List<String> command) {
        List<String> all = new ArrayList<>(
                List.of(SHELL.toString(), "-c", LIMITS + OutputPresets.script(hiddenTargets), "sluice"));
        all.addAll(limits);
        all.add("--");
        all.addAll(prefix);
        all.addAll(command);
        return all;
    }

    private static ProbeProcess start(
            Ffmpeg ffmpeg, List<String> limits, List<String> prefix, List<String> arguments, List<String> hiddenTargets)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(ffmpeg.executable().toString()));
        command.addAll(arguments);
        List<String> all = shellCommand(hiddenTargets.size(), limits, prefix, command);
        Map<String, String> environment = new TreeMap<>(ffmpeg.environment());
        OutputPresets.addTo(environment, hiddenTargets);
        return ProbeProcess.start(SHELL, all.subList(1, all.size()), environment);
    }

    /** One bound. */
    private record Measure(String name, List<String> limits, List<String> prefix) {

        static Measure limit(String name, String... limits) {
            return new Measure(name, List.of(limits), List.of());
        }

        static Measure prefix(String name, String... program) {
            return new Measure(name, List.of(), List.of(program));
        }

        /** By what FFmpeg answered within this bound alone. */
        boolean applies(ProbeProcess.Answer answer) throws FfmpegUnavailableException {
            boolean startsWithout = !prefix.isEmpty() || answer.exitCode() == LIMIT_REFUSED;
            if (!answer.succeeded() && !startsWithout) {
                throw new FfmpegUnavailableException("FFmpeg does not start with " + name + ": " + answer.lastLine());
            }
            return answer.succeeded();
        }
    }
}
