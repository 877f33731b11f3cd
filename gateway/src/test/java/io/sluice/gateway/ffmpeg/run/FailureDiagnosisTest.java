package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Diagnoses recorded output of two real FFmpegs, 5.1 and 8.1, for each of these situations. */
class FailureDiagnosisTest {

    private static final Path RECORDED = Path.of("src/test/resources/ffmpeg-stderr");
    private static final String KEY = "s3cr3t-k3y";

    /** Whose fault it is decides what the gateway does; the code and the message are for the publisher. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            refused                  | UNAVAILABLE   | refused the connection  | failed: Connection refused
            unreachable              | UNAVAILABLE   | is unreachable          | No route to host
            unknown-host             | UNAVAILABLE   | name cannot be resolved | Failed to resolve hostname
            closes-at-once           | UNAVAILABLE   | supports RTMP           | Cannot read RTMP handshake
            not-rtmp                 | UNAVAILABLE   | supports RTMP           | Cannot read RTMP handshake
            stalls-in-handshake      | UNAVAILABLE   | did not respond in time | Cannot read RTMP handshake
            tls-stall                | UNAVAILABLE   | did not respond in time | IO error: Connection timed out
            tls-not-tls              | UNAVAILABLE   | TLS                     |
            tls-unknown-authority    | OUTPUT_BROKEN | not signed by a known   | certificate
            tls-expired              | OUTPUT_BROKEN | has expired             | certificate
            tls-other-host           | OUTPUT_BROKEN | for another host name   | certificate
            rejected-key             | REJECTED      | rejected the stream key | Server error
            rejected-by-hook         | REJECTED      | rejected the stream key | Input/output error
            rejected-application     | REJECTED      | the application         | Input/output error
            key-in-use               | KEY_IN_USE    | has another publisher   | Server error: Already publishing
            closed-after-first-media | UNAVAILABLE   | during the stream       | Broken pipe
            cut-mid-stream           | UNAVAILABLE   | during the stream       | Connection reset by peer
            reset-mid-stream         | UNAVAILABLE   | during the stream       | Connection reset by peer
            stall-mid-stream         | UNAVAILABLE   | stopped accepting data  | Connection timed out
            full-disk                | OUTPUT_BROKEN | no space left           | No space left on device
            garbage                  | INPUT         | announced container     | EBML header parsing failed
            playlist                 | INPUT         | announced container     | EBML header parsing failed
            onebyte                  | INPUT         | announced container     | EBML header parsing failed
            midcluster               | INPUT         | announced container     | EBML header parsing failed
            mp4-as-webm              | INPUT         | announced container     | EBML header parsing failed
            webm-as-mp4              | INPUT         | announced container     | moov atom not found
            garbage-as-mp4           | INPUT         | announced container     | moov atom not found
            playlist-as-mp4          | INPUT         | announced container     | moov atom not found
            empty                    | INPUT         | announced container     | EBML header parsing failed
            inithdr                  | INPUT         | before its first frame  | File ended prematurely
            vp8-as-h264              | INPUT         | Announce the recorder's | vp8 not compatible with flv
            unknown-encoder          | CRASHED       | exited with code        | Unknown encoder 'nosuch'
            memory                   | OUT_OF_MEMORY | memory limit            | failed to map segment
            """)
    void eachFailureIsPutDownToWhoCausedIt(String situation, RunEnd end, String message, @Nullable String stderrLine)
            throws IOException {
        for (String version : List.of("5.1", "8.1")) {
            FailureDiagnosis diagnosis = diagnose(situation + "-" + version, null, false);
            assertThat(diagnosis.end()).as(situation + version).isEqualTo(end);
            Failure failure = diagnosis.failure().orElseThrow();
            assertThat(failure.code()).as(situation + version).isEqualTo(codeOf(end));
            assertThat(failure.retryable()).isEqualTo(isRetryable(end));
            assertThat(failure.message())
                    .as(situation + version)
                    .contains(message, stderrLine == null ? "" : stderrLine)
                    .doesNotContain(KEY);
        }
    }

    private static FailureCode codeOf(RunEnd end) {
        return switch (end) {
            case INPUT -> FailureCode.UNRECOGNIZED_MEDIA;
            case CRASHED, KILLED, OUT_OF_MEMORY, COMPLETED -> FailureCode.FFMPEG_FAILED;
            case REJECTED, KEY_IN_USE, UNAVAILABLE, OUTPUT_BROKEN -> FailureCode.OUTPUT_FAILED;
        };
    }

    private static boolean isRetryable(RunEnd end) {
        return switch (end) {
            case CRASHED, KILLED, OUT_OF_MEMORY, UNAVAILABLE -> true;
            default -> false;
        };
    }

    @Test
    void aServerThatFailsIsNamedWithoutTheKey() throws IOException {
        assertThat(diagnose("rejected-by-hook-8.1", null, false)
                        .failure()
                        .orElseThrow()
                        .message())
                .contains(" Output: rtmp://127.0.0.1/live.");
    }

    /** After the handshake FFmpeg says the same of both, and only the time tells them apart. */
    @Test
    void silenceAfterTheHandshakeIsNoRejection() throws IOException {
        for (String version : List.of("5.1", "8.1")) {
            for (String situation : List.of("silent-after-handshake-", "rejected-by-hook-")) {
                FailureDiagnosis diagnosis = diagnose(situation + version, null, true);
                assertThat(diagnosis.end()).isEqualTo(RunEnd.UNAVAILABLE);
                assertThat(diagnosis.failure().orElseThrow().message()).contains("did not respond in time");
            }
            assertThat(diagnose("key-in-use-" + version, null, true).end()).isEqualTo(RunEnd.KEY_IN_USE);
        }
    }

    @Test
    void noRecordedLineShowsTheKey() throws IOException {
        try (Stream<Path> files = Files.list(RECORDED)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".txt")).toList()) {
                assertThat(tail(file).lines()).noneMatch(line -> line.contains(KEY) || line.contains("0x55"));
            }
        }
    }

    @Test
    void outputWithExitCodeZeroIsNoFailure() throws IOException {
        FfmpegProgress wrote = progress("frame=114\nout_time_us=3749000\nprogress=end");
        assertThat(diagnose("trunc-5.1", wrote, false).failure()).isEmpty();
        assertThat(diagnose("trunc-8.1", wrote, false))
                .isEqualTo(new FailureDiagnosis(RunEnd.COMPLETED, Optional.empty()));
        FfmpegProgress audioOnly = progress("out_time_us=3749000\nprogress=end");
        assertThat(diagnose("trunc-8.1", audioOnly, false).failure()).isEmpty();
    }

    @Test
    void exitCodeZeroWithoutOutputIsAFailure() {
        StderrTail silent = new StderrTail(new Redactor(List.of(), List.of()));
        FfmpegProgress nothing = progress("frame=0\nout_time_us=N/A\nprogress=end");
        assertThat(FailureDiagnosis.of(0, silent, nothing, false)
                        .failure()
                        .orElseThrow()
                        .code())
                .isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
        assertThat(FailureDiagnosis.of(0, silent, null, false).failure()).isPresent();
    }

    @Test
    void anErrorOfADiskIsNoRejection() {
        StderrTail tail = new StderrTail(new Redactor(List.of(), List.of()));
        tail.add("[out#0/hls @ 0x5] [fatal] Error opening output index.m3u8: Input/output error");
        assertThat(FailureDiagnosis.of(251, tail, null, false).end()).isEqualTo(RunEnd.CRASHED);
    }

    @Test
    void aKilledAndACrashedFfmpegAreNamedSo() {
        StderrTail silent = new StderrTail(new Redactor(List.of(), List.of()));
        for (int signal : List.of(4, 6, 7, 8, 11)) {
            FailureDiagnosis crashed = FailureDiagnosis.of(128 + signal, silent, null, true);
            assertThat(crashed.end()).isEqualTo(RunEnd.CRASHED);
            assertThat(crashed.failure().orElseThrow().message()).contains("crashed (signal " + signal);
        }
        FailureDiagnosis killed = FailureDiagnosis.of(137, silent, null, true);
        assertThat(killed.end()).isEqualTo(RunEnd.KILLED);
        assertThat(killed.failure().orElseThrow().message()).contains("killed");
        FailureDiagnosis other = FailureDiagnosis.of(1, silent, null, false);
        assertThat(other.end()).isEqualTo(RunEnd.CRASHED);
        assertThat(other.failure().orElseThrow().code()).isEqualTo(FailureCode.FFMPEG_FAILED);
    }

    private static FailureDiagnosis diagnose(String recording, @Nullable FfmpegProgress progress, boolean waited)
            throws IOException {
        Properties exitCodes = new Properties();
        try (Reader reader = Files.newBufferedReader(RECORDED.resolve("exit-codes.properties"))) {
            exitCodes.load(reader);
        }
        int exitCode = Integer.parseInt(exitCodes.getProperty(recording));
        return FailureDiagnosis.of(exitCode, tail(RECORDED.resolve(recording + ".txt")), progress, waited);
    }

    private static StderrTail tail(Path recording) throws IOException {
        List<RtmpOutput> outputs = List.of(new RtmpOutput("rtmp://127.0.0.1/live/" + KEY, false));
        StderrTail tail = new StderrTail(new Redactor(List.of(KEY), outputs), outputs);
        Files.readAllLines(recording).forEach(tail::add);
        return tail;
    }

    private static @Nullable FfmpegProgress progress(String lines) {
        FfmpegProgressParser parser = new FfmpegProgressParser();
        return lines.lines()
                .flatMap(line -> parser.accept(line).stream())
                .findFirst()
                .orElse(null);
    }

    @Test
    void undecodableMediaAndTooLargeFilesAreDiagnosed() {
        StderrTail silent = new StderrTail(new Redactor(List.of(), List.of()));
        assertThat(FailureDiagnosis.of(69, silent, null, false).failure()).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
            assertThat(failure.message()).contains("cannot be decoded");
        });
        assertThat(FailureDiagnosis.of(128 + 25, silent, null, false).failure()).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.FFMPEG_FAILED);
            assertThat(failure.message()).contains("preview segment");
        });
    }
}
