package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Asks an FFmpeg what it is and what it can do; blocking. */
final class FfmpegProbe {

    /** A cold start from a slow disk takes seconds; a hang takes for ever. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private FfmpegProbe() {}

    /**
     * Starts the program and reads its lists. The questions run side by side.
     *
     * @throws FfmpegUnavailableException if it cannot start, with a message that gives the reason only
     */
    static FfmpegCapabilities probe(Path executable, Map<String, String> environment)
            throws FfmpegUnavailableException {
        try {
            ProbeProcess version = ProbeProcess.start(executable, List.of("-version"), environment);
            ProbeProcess codecs = ProbeProcess.start(executable, List.of("-hide_banner", "-codecs"), environment);
            ProbeProcess formats = ProbeProcess.start(executable, List.of("-hide_banner", "-formats"), environment);
            ProbeProcess protocols = ProbeProcess.start(executable, List.of("-hide_banner", "-protocols"), environment);
            ProbeProcess.Answer answer = version.await(DEADLINE);
            String codecList = codecs.await(DEADLINE).output();
            String formatList = formats.await(DEADLINE).output();
            String protocolList = protocols.await(DEADLINE).output();
            if (!answer.succeeded()) {
                throw new FfmpegUnavailableException(reason(executable, environment, answer));
            }
            return FfmpegCapabilities.parse(answer.output(), codecList, formatList, protocolList);
        } catch (IOException e) {
            throw new FfmpegUnavailableException("it cannot be started: " + e.getMessage());
        }
    }

    /** The libraries that keep the program from starting; empty when it starts, or fails for another reason. */
    static MissingLibraries missingLibraries(Path executable, Map<String, String> environment) throws IOException {
        ProbeProcess.Answer answer =
                ProbeProcess.start(executable, List.of("-version"), environment).await(DEADLINE);
        return answer.succeeded()
                ? new MissingLibraries(Map.of())
                : MissingLibraries.of(executable, environment, answer.output(), DEADLINE);
    }

    private static String reason(Path executable, Map<String, String> environment, ProbeProcess.Answer answer) {
        if (!answer.inTime()) {
            return "it did not answer -version within " + DEADLINE.toSeconds() + " s";
        }
        MissingLibraries missing = MissingLibraries.of(executable, environment, answer.output(), DEADLINE);
        if (!missing.isEmpty()) {
            return "these shared libraries are missing: " + missing.names();
        }
        String said = answer.lastLine();
        return "-version ended with exit code " + answer.exitCode() + (said.isEmpty() ? "" : ": " + said);
    }
}
