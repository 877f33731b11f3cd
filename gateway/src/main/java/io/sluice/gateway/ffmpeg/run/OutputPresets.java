package io.sluice.gateway.ffmpeg.run;

import java.util.List;
import java.util.Map;

/**
 * Hands FFmpeg the addresses of its outputs in another way than as arguments, which every user of the machine can read. Each is a preset
 * file, read by {@code -fpre}, that is no file: the shell which becomes FFmpeg writes it into a pipe, from a variable that it then forgets.
 * A variable in a process' environment can be read by the same user only, and this one is gone before FFmpeg runs.
 */
final class OutputPresets {

    /** The shells of this world agree on descriptors of one digit. */
    private static final int FIRST_DESCRIPTOR = 3;

    /** The most that can be hidden; a stream with more outputs shows the rest. */
    static final int MAX = 7;

    /** Does nothing but to find out whether a preset's lines have an effect. FFmpeg 8.1 reads them and forgets them. */
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

    /** What FFmpeg is told to read the preset from. */
    static String path(int index) {
        return "/dev/fd/" + (FIRST_DESCRIPTOR + index);
    }

    static void addTo(Map<String, String> environment, List<String> presets) {
        for (int i = 0; i < presets.size(); i++) {
            environment.put(VARIABLE + i, presets.get(i));
        }
    }

    /** The end of the shell's script. A here-document is what the shell writes without starting anything, and on no disk. */
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
