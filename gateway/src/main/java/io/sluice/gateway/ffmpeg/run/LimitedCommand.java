package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.FfmpegUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A command line that applies limits to a program: {@code setpriv}, the shell, prefixes, the program; each execs the
 * next.
 *
 * <p>{@code setpriv} comes first because the shell opens the pipes of {@link OutputPresets}, and only the user that
 * opened them can open them again.
 *
 * @param setpriv the program and its options; empty if there are none
 * @param limits arguments of the shell's script
 * @param prefix what comes before the program
 */
record LimitedCommand(List<String> setpriv, List<String> limits, List<String> prefix) {

    static final Path SHELL = Path.of("/bin/sh");

    private static final String SCRIPT = "while [ \"$1\" != -- ]; do if [ \"$1\" = " + ProcessLimit.OOM_SCORE
            + " ]; then echo \"$2\" > /proc/self/oom_score_adj; else ulimit \"$1\" \"$2\"; fi || exit "
            + ProcessLimit.REFUSED + "; shift 2; done; shift\n";

    /**
     * Combines limits.
     *
     * @param setpriv the program; may be null if nothing needs it
     * @param user whose process it becomes; null for the same user
     * @param limits all that apply
     */
    static LimitedCommand of(@Nullable Path setpriv, @Nullable FfmpegUser user, List<ProcessLimit> limits) {
        List<String> options = new ArrayList<>();
        if (user != null) {
            options.addAll(List.of("--reuid=" + user.uid(), "--regid=" + user.gid(), "--clear-groups"));
        }
        limits.forEach(limit -> options.addAll(limit.privileges()));
        if (!options.isEmpty() && setpriv != null) {
            options.add(0, setpriv.toString());
        }
        return new LimitedCommand(
                List.copyOf(options),
                limits.stream().flatMap(limit -> limit.limits().stream()).toList(),
                limits.stream().flatMap(limit -> limit.prefix().stream()).toList());
    }

    /** The complete command line. */
    List<String> of(int presets, List<String> moreLimits, List<String> program) {
        return Stream.of(
                        setpriv,
                        List.of(SHELL.toString(), "-c", SCRIPT + OutputPresets.script(presets), "sluice"),
                        limits,
                        moreLimits,
                        List.of("--"),
                        prefix,
                        program)
                .flatMap(List::stream)
                .toList();
    }

    /** A script that has the privileges of the program, and none of its limits. */
    List<String> ofShell(String script, String argument) {
        return Stream.of(setpriv, List.of(SHELL.toString(), "-c", script, "sluice", argument))
                .flatMap(List::stream)
                .toList();
    }
}
