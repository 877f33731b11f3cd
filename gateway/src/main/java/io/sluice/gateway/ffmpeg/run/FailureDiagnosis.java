package io.sluice.gateway.ffmpeg.run;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides from what an FFmpeg left behind whether it did its work, and if not, whose fault it was.
 *
 * <p>Its exit code alone decides nothing: it is 0 after garbage in the middle of the media, and depends on the version
 * otherwise. What it said and what it wrote count more.
 */
public final class FailureDiagnosis {

    /** Java's exit value of a process that a signal ended is this plus the signal's number. */
    private static final int SIGNALS = 128;

    /** What FFmpeg answers when it could decode less than a third. */
    private static final int UNDECODABLE = 69;

    private static final int SIGKILL = 9;
    private static final int SIGXFSZ = 25;
    private static final List<Integer> CRASHES = List.of(4, 6, 7, 8, 11);

    /** Tried in this order: how an output failed is more telling than that it did. */
    private static final List<Cause> CAUSES = List.of(
            output("Failed to resolve hostname", "The output server's name cannot be resolved; check the publish URL."),
            output(
                    "failed: Connection refused|\\[fatal\\] Error opening output .*: Connection refused",
                    "The output server refuses connections; check its address and port, and that it runs."),
            output(
                    "Network is unreachable|No route to host|Host is unreachable",
                    "The output server cannot be reached over the network; check its address and the firewall."),
            output(
                    "certificate verif|certificate has expired|self.signed certificate",
                    "The output server's TLS certificate is not trusted."),
            output(
                    "Server error:|(?i:NetStream\\.Publish\\.(BadName|Denied|Rejected))|NetConnection\\.Connect\\.Rejected"
                            + "|rtmps?://\\S*: Operation not permitted",
                    "The output server refused the stream; check the stream key, and that nobody is live under it."),
            output(
                    "No space left on device|Disk quota exceeded",
                    "There is no space left where the output is written."),
            output(
                    "(av_interleaved_write_frame\\(\\)|submitting a packet to the muxer|Error muxing|"
                            + "Error writing trailer).*: Connection timed out",
                    "The output server took no more data; its network or the server itself is too slow."),
            output(
                    "(av_interleaved_write_frame\\(\\)|submitting a packet to the muxer|Error writing trailer).*"
                            + ": (Connection reset|Broken pipe|End of file|I/O error|Input/output error|Software caused)",
                    "The output server closed the connection in mid-stream; it may have ended the stream, or rejected"
                            + " the key or the format."),
            output(
                    "(rtmps?://\\S*|Error opening output \\S+): Connection timed out|failed: Connection timed out",
                    "The output server did not answer in time; check its address, and that it speaks RTMP."),
            output(
                    "Cannot open connection tls://.*|\\[tls\\] \\[error\\]",
                    "No TLS connection to the output server could be made; check that its URL should be rtmps:// and the"
                            + " port is right."),
            output(
                    "Cannot read RTMP handshake response|RTMP_(Connect|Send)|\\[rtmps?\\] \\[error\\]",
                    "The output server ended the connection during RTMP's handshake; check that it speaks RTMP, and the"
                            + " port."),
            output(
                    "Failed to open segment|failed to rename file|Failed to open file",
                    "The HLS files cannot be written."),
            new Cause(
                    Pattern.compile("not compatible with flv|codec not currently supported in container|"
                            + "Could not find tag for codec"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media is not in the codec that was announced; announce what the recorder's mimeType says."),
            new Cause(
                    Pattern.compile("not on whitelist"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media is not what was announced; announce what the recorder's mimeType says."),
            new Cause(
                    Pattern.compile("Picture size \\S+ (exceeds specified max pixel count|is invalid)"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The picture is larger than this gateway takes; record a smaller one."),
            new Cause(
                    Pattern.compile("exceeds max_streams"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media has more tracks than this gateway takes; record one of video and one of audio."),
            new Cause(
                    Pattern.compile("Cannot allocate memory|malloc of size \\d+ failed|bad_alloc"),
                    FailureCode.FFMPEG_FAILED,
                    "FFmpeg needed more memory than it may have."),
            new Cause(
                    Pattern.compile("EBML header parsing failed|moov atom not found|"
                            + "pipe:0: Invalid data found|opening input: Invalid data found"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media does not start as the announced container does; send a recorder's output from its first"
                            + " byte."),
            new Cause(
                    Pattern.compile("does not contain any stream|matches no streams"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media holds no track that can be streamed."),
            new Cause(
                    Pattern.compile("pipe:0: End of file|opening input: End of file"),
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "The media ended before its first frame."));

    private FailureDiagnosis() {}

    private record Cause(Pattern pattern, FailureCode code, String words) {}

    private static Cause output(String pattern, String words) {
        return new Cause(Pattern.compile(pattern), FailureCode.OUTPUT_FAILED, words);
    }

    /**
     * Judges an FFmpeg that has left.
     *
     * @param exitCode as Java gives it: 128 and more may stand for a signal
     * @param stderr what it said
     * @param progress its last report, or null if it made none
     * @return why the stream failed; empty if everything that was given came out
     */
    public static Optional<Failure> of(int exitCode, StderrTail stderr, @Nullable FfmpegProgress progress) {
        boolean wrote = progress != null && progress.showsOutput();
        if (exitCode == 0 && wrote) {
            return Optional.empty();
        }
        for (Cause cause : CAUSES) {
            if (stderr.says(cause.pattern())) {
                return failure(cause.code(), cause.words(), stderr.lastMeaningful());
            }
        }
        Failure judged = byExitCode(exitCode);
        return failure(judged.code(), judged.message(), stderr.lastMeaningful());
    }

    private static Failure byExitCode(int exitCode) {
        if (exitCode == 0) {
            return new Failure(
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "FFmpeg found nothing to stream in the media; check that it is what was announced.");
        }
        if (exitCode == UNDECODABLE) {
            return new Failure(
                    FailureCode.UNRECOGNIZED_MEDIA,
                    "Most of the media cannot be decoded; it is damaged, or not what was announced.");
        }
        int signal = exitCode - SIGNALS;
        if (signal == SIGXFSZ) {
            return new Failure(
                    FailureCode.FFMPEG_FAILED,
                    "A file of the preview has grown too large; record a keyframe every few seconds.");
        }
        if (signal == SIGKILL) {
            return new Failure(FailureCode.FFMPEG_FAILED, "FFmpeg was killed (signal 9), perhaps for want of memory.");
        }
        return new Failure(
                FailureCode.FFMPEG_FAILED,
                CRASHES.contains(signal)
                        ? "FFmpeg crashed (signal " + signal + ")."
                        : "FFmpeg ended with exit code " + exitCode + ".");
    }

    private static Optional<Failure> failure(FailureCode code, String words, Optional<String> said) {
        return Optional.of(new Failure(
                code, said.map(line -> words + " FFmpeg said: " + line).orElse(words)));
    }
}
