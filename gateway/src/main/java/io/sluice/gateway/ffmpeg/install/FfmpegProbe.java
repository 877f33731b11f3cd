package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Determines an FFmpeg's version and capabilities. Blocking. */
final class FfmpegProbe {

    /** A cold start from a slow disk takes seconds. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private FfmpegProbe() {}

    /**
     * Starts the program once per list, concurrently, and parses the output.
     *
     * @throws FfmpegUnavailableException if it cannot start; the message is the reason only
     */
    static FfmpegCapabilities probe(Path executable, Map<String, String> environment)
            throws FfmpegUnavailableException {
        try {
            ProbeProcess version = ProbeProcess.start(executable, List.of("-version"), environment);
            ProbeProcess codecs = ProbeProcess.start(executable, List.of("-hide_banner", "-codecs"), environment);
            ProbeProcess formats = ProbeProcess.start(executable, List.of("-hide_banner", "-formats"), environment);
            ProbeProcess protocols = ProbeProcess.start(executable, List.of("-hide_banner", "-protocols"), environment);
            ProbeProcess filters = ProbeProcess.start(executable, List.of("-hide_banner", "-filters"), environment);
            ProbeProcess.Answer answer = version.await(DEADLINE);
            String codecList = codecs.await(DEADLINE).output();
            String formatList = formats.await(DEADLINE).output();
            String protocolList = protocols.await(DEADLINE).output();
            String filterList = filters.await(DEADLINE).output();
            if (!answer.succeeded()) {
                throw new FfmpegUnavailableException(reason(executable, environment, answer));
            }
            return FfmpegCapabilities.parse(answer.output(), codecList, formatList, protocolList, filterList);
        } catch (IOException e) {
            throw new FfmpegUnavailableException("it cannot be started: " + e.getMessage());
        }
    }

    /**
     * The libraries whose absence prevents the program from starting; empty if it starts or fails for another reason.
     */
    static MissingLibraries missingLibraries(Path executable, Map<String, String> environment) throws IOException {
        ProbeProcess.Answer answer =
                ProbeProcess.start(executable, List.of("-version"), environment).await(DEADLINE);
        return answer.succeeded()
                ? new MissingLibraries(Map.of())
                : MissingLibraries.of(executable, environment, answer.output(), DEADLINE);
    }

    private static String reason(Path executable, Map<String, String> environment, ProbeProcess.Answer answer) {
        if (!answer.inTime()) {
            return "-version did not finish within " + DEADLINE.toSeconds() + " s";
        }
        MissingLibraries missing = MissingLibraries.of(executable, environment, answer.output(), DEADLINE);
        if (!missing.isEmpty()) {
            return "missing shared libraries: " + missing.names();
        }
        String lastLine = answer.lastLine();
        return "-version failed with exit code " + answer.exitCode() + (lastLine.isEmpty() ? "" : ": " + lastLine);
    }
}
