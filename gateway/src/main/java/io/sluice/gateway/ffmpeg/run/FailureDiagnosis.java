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

    /** Tried in this order: the more specific patterns come first. */
    private static final List<Cause> CAUSES = List.of(
            output("Failed to resolve hostname", "The output server's name cannot be resolved. Check the publish URL."),
            output(
                    "failed: Connection refused|\\[fatal\\] Error opening output .*: Connection refused",
                    "The output server refused the connection. Check its address and port, and that it is running."),
            output(
                    "Network is unreachable|No route to host|Host is unreachable",
                    "The output server is unreachable. Check its address and the firewall."),
            output(
                    "certificate's owner does not match",
                    "The output server's TLS certificate is for another host name, so the stream was not sent. Ask the"
                            + " operator to check the publish URL."),
            output(
                    "(?i)certificate (failed )?verif|certificate has expired|self.signed certificate|"
                            + "X509 - Certificate|unknown CA",
                    "The output server's TLS certificate is not trusted, so the stream was not sent: it is not signed"
                            + " by a known authority, has expired, or is for another host name. Ask the operator to"
                            + " check it, and --output-ca-file."),
            output(
                    "Server error:|(?i:NetStream\\.Publish\\.(BadName|Denied|Rejected))"
                            + "|NetConnection\\.Connect\\.Rejected|rtmps?://\\S*: Operation not permitted",
                    "The output server rejected the stream. Check the stream key, and that no other stream is"
                            + " live under it."),
            output(
                    "No space left on device|Disk quota exceeded",
                    "There is no space left for the output. Ask the operator to free some."),
            output(
                    "(av_interleaved_write_frame\\(\\)|submitting a packet to the muxer|Error muxing|"
                            + "Error writing trailer).*: Connection timed out",
                    "The output server stopped accepting data. It or its network is too slow."),
            output(
                    "(av_interleaved_write_frame\\(\\)|submitting a packet to the muxer|Error writing trailer).*"
                            + ": (Connection reset|Broken pipe|End of file|I/O error|Input/output error"
                            + "|Software caused)",
                    "The output server closed the connection during the stream. It may have ended the stream,"
                            + " or rejected the key or the format."),
            output(
                    "(rtmps?://\\S*|Error opening output \\S+): Connection timed out|failed: Connection timed out",
                    "The output server did not respond in time. Check its address, and that it supports RTMP."),
            output(
                    "Cannot open connection tls://.*|\\[tls\\] \\[error\\]",
                    "The TLS connection to the output server failed. Check the port, and that the server expects"
                            + " rtmps://."),
            output(
                    "Cannot read RTMP handshake response|RTMP_(Connect|Send)|\\[rtmps?\\] \\[error\\]",
                    "The output server closed the connection during the RTMP handshake. Check the port,"
                            + " and that it supports RTMP."),
            output(
                    "Failed to open segment|failed to rename file|Failed to open file",
                    "The HLS files cannot be written. Ask the operator to check the preview's directory."),
            new Cause(
                    Pattern.compile("not compatible with flv|codec not currently supported in container|"
                            + "Could not find tag for codec"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media does not have the announced codec. Announce the recorder's mimeType."),
            new Cause(
                    Pattern.compile("not on whitelist"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media does not have the announced format. Announce the recorder's mimeType."),
            new Cause(
                    Pattern.compile("Picture size \\S+ (exceeds specified max pixel count|is invalid)"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The picture is larger than this gateway accepts. Record a smaller one."),
            new Cause(
                    Pattern.compile("exceeds max_streams"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media has more tracks than this gateway accepts. Record one video and one audio track."),
            new Cause(
                    Pattern.compile("Cannot allocate memory|malloc of size \\d+ failed|bad_alloc"),
                    FailureCode.FFMPEG_FAILED,
                    "FFmpeg exceeded its memory limit. Ask the operator to raise it."),
            new Cause(
                    Pattern.compile("EBML header parsing failed|moov atom not found|"
                            + "pipe:0: Invalid data found|opening input: Invalid data found"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media does not start with the announced container's header. Send a recorder's output"
                            + " from its first byte."),
            new Cause(
                    Pattern.compile("does not contain any stream|matches no streams"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media contains no track that can be streamed. Record audio or video."),
            new Cause(
                    Pattern.compile("pipe:0: End of file|opening input: End of file"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media ended before its first frame. Send more than the header."));

    private record Cause(Pattern pattern, FailureCode code, String message) {}

    private static Cause output(String pattern, String message) {
        return new Cause(Pattern.compile(pattern), FailureCode.OUTPUT_FAILED, message);
    }

    /**
     * Diagnoses a finished run.
     *
     * @param exitCode as reported by Java: 128 and more may stand for a signal
     * @param stderr its last messages
     * @param progress its last report, or null if there was none
     * @return how it ended
     */
    static FailureDiagnosis of(int exitCode, StderrTail stderr, @Nullable FfmpegProgress progress) {
        boolean wrote = progress != null && progress.hasOutput();
        if (exitCode == 0 && wrote) {
            return new FailureDiagnosis(RunEnd.COMPLETED, Optional.empty());
        }
        for (Cause cause : CAUSES) {
            if (stderr.contains(cause.pattern())) {
                String output = cause.code() == FailureCode.OUTPUT_FAILED
                        ? stderr.failedOutput()
                                .map(name -> " Output: " + name + ".")
                                .orElse("")
                        : "";
                return failure(cause.code(), cause.message() + output, stderr.lastMeaningful());
            }
        }
        Failure failure = byExitCode(exitCode);
        return failure(failure.code(), failure.message(), stderr.lastMeaningful());
    }

    private static Failure byExitCode(int exitCode) {
        if (exitCode == 0) {
            return new Failure(
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "FFmpeg found nothing to stream in the media. Check that it has the announced format.");
        }
        if (exitCode == UNDECODABLE) {
            return new Failure(
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "Most of the media cannot be decoded. It is damaged, or does not have the announced format.");
        }
        int signal = exitCode - SIGNAL_BASE;
        if (signal == SIGXFSZ) {
            return new Failure(
                    FailureCode.FFMPEG_FAILED,
                    "A preview segment became too large. Record a key frame every few seconds.");
        }
        if (signal == SIGKILL) {
            return new Failure(
                    FailureCode.FFMPEG_FAILED, "FFmpeg was killed (signal 9), possibly because memory ran out.");
        }
        return new Failure(
                FailureCode.FFMPEG_FAILED,
                CRASHES.contains(signal)
                        ? "FFmpeg crashed (signal " + signal + ")."
                        : "FFmpeg exited with code " + exitCode + ".");
    }

    private static FailureDiagnosis failure(FailureCode code, String message, Optional<String> stderrLine) {
        RunEnd end = switch (code) {
            case OUTPUT_FAILED -> RunEnd.UNAVAILABLE;
            case FFMPEG_FAILED -> RunEnd.CRASHED;
            default -> RunEnd.INPUT;
        };
        return new FailureDiagnosis(
                end,
                Optional.of(new Failure(
                        code,
                        stderrLine
                                .map(line -> message + " FFmpeg said: " + line)
                                .orElse(message))));
    }
}
