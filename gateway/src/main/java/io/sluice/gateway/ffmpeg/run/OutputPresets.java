package io.sluice.gateway.ffmpeg.run;

import java.util.List;
import java.util.Map;

/**
 * Passes output URLs to FFmpeg without arguments, which every local user can read. Each URL is passed as a preset for
 * {@code -fpre}, but not in a file: the shell that execs FFmpeg writes it into a pipe from an environment variable, and
 * unsets the variable. Only the same user can read a process's environment, and the variable is gone before FFmpeg
 * runs.
 */
final class OutputPresets {

    /** All shells support descriptors of one digit. */
    private static final int FIRST_DESCRIPTOR = 3;

    /** Maximum number of presets; further outputs go into the arguments. */
    static final int MAX = 7;

    /** Tests whether presets have an effect. FFmpeg 8.1 reads them and ignores them. */
    static final List<String> TRIAL = List.of(
            "-v",
            "error",
            "-nostdin",
            "-f",
            "u8",
            "-ac",
            "1",
            "-i",
            "/dev/zero",
            "-t",
            "0.01",
            "-c",
            "copy",
            "-protocol_whitelist",
            "none",
            "-fpre",
            path(0),
            "-f",
            "flv",
            "-y",
            "/dev/null");

    static final String TRIAL_PRESET = "protocol_whitelist=file";

    private static final String VARIABLE = "SLUICE_TARGET_";

    private OutputPresets() {}

    /** The path for {@code -fpre}. */
    static String path(int index) {
        return "/dev/fd/" + (FIRST_DESCRIPTOR + index);
    }

    static void addTo(Map<String, String> environment, List<String> presets) {
        for (int i = 0; i < presets.size(); i++) {
            environment.put(VARIABLE + i, presets.get(i));
        }
    }

    /** The end of the shell script. The shell writes a here-document without starting a process or using a disk. */
    static String script(int count) {
        StringBuilder variables = new StringBuilder();
        StringBuilder redirections = new StringBuilder();
        StringBuilder documents = new StringBuilder();
        for (int i = 0; i < count; i++) {
            variables.append("p%d=$%s%d; unset %s%d\n".formatted(i, VARIABLE, i, VARIABLE, i));
            redirections.append(" %d<<E%d".formatted(FIRST_DESCRIPTOR + i, i));
            documents.append("$p%d\nE%d\n".formatted(i, i));
        }
        return variables + "exec \"$@\"" + redirections + "\n" + documents;
    }
}
