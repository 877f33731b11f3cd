package io.sluice.gateway.ffmpeg.run;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides from a finished FFmpeg's exit code, messages and progress whether the run succeeded, and if not, what caused
 * the failure.
 *
 * <p>The exit code alone is not enough: it is 0 after garbage in the middle of the media, and otherwise depends on the
 * version. Messages and progress take precedence.
 *
 * @param end why the run ended
 * @param failure why the stream failed; empty if all of its media was delivered
 */
record FailureDiagnosis(RunEnd end, Optional<Failure> failure) {

    /** Java reports a process that a signal ended with this plus the signal number. */
    private static final int SIGNAL_BASE = 128;

    /** FFmpeg's exit code when it could decode less than a third of the packets. */
    private static final int UNDECODABLE = 69;

    private static final int SIGKILL = 9;
    private static final int SIGXFSZ = 25;
    private static final List<Integer> CRASHES = List.of(4, 6, 7, 8, 11);

    private static final String REJECTED =
            "The output server answered, and then rejected the stream key, the application or this gateway's address."
                    + " Check the stream key and the publish URL; the server's log says which it is.";

    private static final Cause NO_ANSWER = away(
            "(rtmps?://\\S*|Error opening output \\S+): Connection timed out|failed: Connection timed out",
            "The output server did not respond in time. Check its address, and that it supports RTMP.");

    /** All that FFmpeg says if the connection ends, or is silent, between the handshake and the first media. */
    private static final Cause SILENT_END =
            output(RunEnd.REJECTED, "rtmps?://\\S*: (Input/output error|I/O error)", REJECTED);

    /** Tried in this order: the more specific patterns come first. */
    private static final List<Cause> CAUSES = List.of(
            away("Failed to resolve hostname", "The output server's name cannot be resolved. Check the publish URL."),
            away(
                    "failed: Connection refused|\\[fatal\\] Error opening output .*: Connection refused",
                    "The output server refused the connection. Check its address and port, and that it is running."),
            away(
                    "Network is unreachable|No route to host|Host is unreachable",
                    "The output server is unreachable. Check its address and the firewall."),
            output(
                    RunEnd.OUTPUT_BROKEN,
                    "certificate's owner does not match",
                    "The output server's TLS certificate is for another host name, so the stream was not sent. Ask the"
                            + " operator to check the publish URL."),
            output(
                    RunEnd.OUTPUT_BROKEN,
                    "(?i)certificate (failed )?verif|certificate has expired|self.signed certificate|"
                            + "X509 - Certificate|unknown CA",
                    "The output server's TLS certificate is not trusted, so the stream was not sent: it is not signed"
                            + " by a known authority, has expired, or is for another host name. Ask the operator to"
                            + " check it, and --output-ca-file."),
            output(
                    RunEnd.KEY_IN_USE,
                    "Server error:.*(?i:already|\\bbusy\\b|in use)",
                    "The output server has another publisher under this stream key. End that one. If it is what is"
                            + " left of a broken connection, the server frees the key when it notices."),
            output(
                    RunEnd.REJECTED,
                    "Server error:|(?i:NetStream\\.Publish\\.(BadName|Denied|Rejected))"
                            + "|NetConnection\\.Connect\\.Rejected|rtmps?://\\S*: Operation not permitted",
                    REJECTED),
            output(
                    RunEnd.OUTPUT_BROKEN,
                    "No space left on device|Disk quota exceeded",
                    "There is no space left for the output. Ask the operator to free some."),
            away(
                    "(av_interleaved_write_frame\\(\\)|submitting a packet to the muxer|Error muxing|"
                            + "Error writing trailer).*: Connection timed out",
                    "The output server stopped accepting data. It or its network is too slow."),
            away(
                    "(av_interleaved_write_frame\\(\\)|submitting a packet to the muxer|Error writing trailer).*"
                            + ": (Connection reset|Broken pipe|End of file|I/O error|Input/output error"
                            + "|Software caused)",
                    "The output server closed the connection during the stream. It may have ended the stream,"
                            + " or rejected the key or the format."),
            NO_ANSWER,
            away(
                    "Cannot open connection tls://.*|\\[tls\\] \\[error\\]",
                    "The TLS connection to the output server failed. Check the port, and that the server expects"
                            + " rtmps://."),
            away(
                    "Cannot read RTMP handshake response|RTMP_(Connect|Send)|\\[rtmps?\\] \\[error\\]",
                    "The output server closed the connection during the RTMP handshake. Check the port,"
                            + " and that it supports RTMP."),
            SILENT_END,
            output(
                    RunEnd.OUTPUT_BROKEN,
                    "Failed to open segment|failed to rename file|Failed to open file",
                    "The HLS files cannot be written. Ask the operator to check the preview's directory."),
            media(
                    "not compatible with flv|codec not currently supported in container|"
                            + "Could not find tag for codec",
                    "The media does not have the announced codec. Announce the recorder's mimeType."),
            media(
                    "not on whitelist",
                    "The media does not have the announced format. Announce the recorder's mimeType."),
            media(
                    "Picture size \\S+ (exceeds specified max pixel count|is invalid)",
                    "The picture is larger than this gateway accepts. Record a smaller one."),
            media(
                    "exceeds max_streams",
                    "The media has more tracks than this gateway accepts. Record one video and one audio track."),
            ffmpeg(
                    RunEnd.OUT_OF_MEMORY,
                    "Cannot allocate memory|malloc of size \\d+ failed|bad_alloc"
                            + "|failed to map segment from shared object",
                    "FFmpeg exceeded its memory limit. Ask the operator to raise it."),
            media(
                    "EBML header parsing failed|moov atom not found|"
                            + "pipe:0: Invalid data found|opening input: Invalid data found",
                    "The media does not start with the announced container's header. Send a recorder's output"
                            + " from its first byte."),
            media(
                    "does not contain any stream|matches no streams",
                    "The media contains no track that can be streamed. Record audio or video."),
            media(
                    "pipe:0: End of file|opening input: End of file",
                    "The media ended before its first frame. Send more than the header."));

    private record Cause(RunEnd end, Pattern pattern, FailureCode code, String message) {

        /** A key that is refused, or a certificate that is not trusted, will be the next time, too. */
        boolean retryable() {
            return code.retryable()
                    && end != RunEnd.REJECTED
                    && end != RunEnd.KEY_IN_USE
                    && end != RunEnd.OUTPUT_BROKEN;
        }
    }

    private static Cause away(String pattern, String message) {
        return output(RunEnd.UNAVAILABLE, pattern, message);
    }

    private static Cause output(RunEnd end, String pattern, String message) {
        return new Cause(end, Pattern.compile(pattern), FailureCode.OUTPUT_FAILED, message);
    }

    private static Cause ffmpeg(RunEnd end, String pattern, String message) {
        return new Cause(end, Pattern.compile(pattern), FailureCode.FFMPEG_FAILED, message);
    }

    private static Cause media(String pattern, String message) {
        return new Cause(RunEnd.INPUT, Pattern.compile(pattern), FailureCode.UNRECOGNIZED_MEDIA, message);
    }

    /**
     * Diagnoses a finished run.
     *
     * @param exitCode as reported by Java: 128 and more may stand for a signal
     * @param stderr its last messages
     * @param progress its last report, or null if there was none
     * @param waited whether it ran for long enough for an output to have timed out: after the handshake FFmpeg says the
     *     same of a server that is silent and of one that refuses
     * @return how it ended
     */
    static FailureDiagnosis of(int exitCode, StderrTail stderr, @Nullable FfmpegProgress progress, boolean waited) {
        boolean wrote = progress != null && progress.hasOutput();
        if (exitCode == 0 && wrote) {
            return new FailureDiagnosis(RunEnd.COMPLETED, Optional.empty());
        }
        for (Cause cause : CAUSES) {
            if (stderr.contains(cause.pattern())) {
                return of(waited && cause.equals(SILENT_END) ? NO_ANSWER : cause, stderr);
            }
        }
        return of(byExitCode(exitCode), stderr);
    }

    private static FailureDiagnosis of(Cause cause, StderrTail stderr) {
        String output = cause.code() == FailureCode.OUTPUT_FAILED
                ? stderr.failedOutput().map(name -> " Output: " + name + ".").orElse("")
                : "";
        String said =
                stderr.lastMeaningful().map(line -> " FFmpeg said: " + line).orElse("");
        Failure failure = new Failure(cause.code(), cause.message() + output + said);
        return new FailureDiagnosis(cause.end(), Optional.of(cause.retryable() ? failure : failure.notRetryable()));
    }

    private static Cause byExitCode(int exitCode) {
        if (exitCode == 0) {
            return media("", "FFmpeg found nothing to stream in the media. Check that it has the announced format.");
        }
        if (exitCode == UNDECODABLE) {
            return media(
                    "", "Most of the media cannot be decoded. It is damaged, or does not have the announced format.");
        }
        int signal = exitCode - SIGNAL_BASE;
        if (signal == SIGXFSZ) {
            return ffmpeg(
                    RunEnd.CRASHED, "", "A preview segment became too large. Record a key frame every few seconds.");
        }
        if (signal == SIGKILL) {
            return ffmpeg(RunEnd.KILLED, "", "FFmpeg was killed (signal 9), possibly because memory ran out.");
        }
        return ffmpeg(
                RunEnd.CRASHED,
                "",
                CRASHES.contains(signal)
                        ? "FFmpeg crashed (signal " + signal + ")."
                        : "FFmpeg exited with code " + exitCode + ".");
    }
}
