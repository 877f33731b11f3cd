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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            refused              | OUTPUT_FAILED      | refused the connection  | failed: Connection refused
            unknown-host         | OUTPUT_FAILED      | name cannot be resolved | Failed to resolve hostname
            closes-at-once       | OUTPUT_FAILED      | supports RTMP           | Cannot read RTMP handshake
            not-rtmp             | OUTPUT_FAILED      | supports RTMP           | Cannot read RTMP handshake
            stalls-in-handshake  | OUTPUT_FAILED      | did not respond in time | Cannot read RTMP handshake
            tls-stall            | OUTPUT_FAILED      | did not respond in time | IO error: Connection timed out
            tls-not-tls          | OUTPUT_FAILED      | TLS                     |
            tls-unknown-authority | OUTPUT_FAILED     | not signed by a known   | certificate
            tls-expired          | OUTPUT_FAILED      | has expired             | certificate
            tls-other-host       | OUTPUT_FAILED      | for another host name   | certificate
            rejected-key         | OUTPUT_FAILED      | Check the stream key    | Server error
            cut-mid-stream       | OUTPUT_FAILED      | during the stream       | Connection reset by peer
            reset-mid-stream     | OUTPUT_FAILED      | during the stream       | Connection reset by peer
            stall-mid-stream     | OUTPUT_FAILED      | stopped accepting data  | Connection timed out
            full-disk            | OUTPUT_FAILED      | no space left           | No space left on device
            garbage              | UNRECOGNIZED_MEDIA | announced container     | EBML header parsing failed
            playlist             | UNRECOGNIZED_MEDIA | announced container     | EBML header parsing failed
            onebyte              | UNRECOGNIZED_MEDIA | announced container     | EBML header parsing failed
            midcluster           | UNRECOGNIZED_MEDIA | announced container     | EBML header parsing failed
            mp4-as-webm          | UNRECOGNIZED_MEDIA | announced container     | EBML header parsing failed
            webm-as-mp4          | UNRECOGNIZED_MEDIA | announced container     | moov atom not found
            garbage-as-mp4       | UNRECOGNIZED_MEDIA | announced container     | moov atom not found
            playlist-as-mp4      | UNRECOGNIZED_MEDIA | announced container     | moov atom not found
            empty                | UNRECOGNIZED_MEDIA | announced container     | EBML header parsing failed
            inithdr              | UNRECOGNIZED_MEDIA | before its first frame  | File ended prematurely
            vp8-as-h264          | UNRECOGNIZED_MEDIA | Announce the recorder's | vp8 not compatible with flv
            unknown-encoder      | FFMPEG_FAILED      | exited with code        | Unknown encoder 'nosuch'
            """)
    void eachFailureGetsItsCodeAndMessage(
            String situation, FailureCode code, String message, @Nullable String stderrLine) throws IOException {
        for (String version : List.of("5.1", "8.1")) {
            Failure failure = diagnose(situation + "-" + version, null).orElseThrow();
            assertThat(failure.code()).as(situation + version).isEqualTo(code);
            assertThat(failure.message())
                    .as(situation + version)
                    .contains(message, stderrLine == null ? "" : stderrLine)
                    .doesNotContain(KEY);
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
        assertThat(diagnose("trunc-5.1", wrote)).isEmpty();
        assertThat(diagnose("trunc-8.1", wrote)).isEmpty();
        FfmpegProgress audioOnly = progress("out_time_us=3749000\nprogress=end");
        assertThat(diagnose("trunc-8.1", audioOnly)).isEmpty();
    }

    @Test
    void exitCodeZeroWithoutOutputIsAFailure() {
        StderrTail silent = new StderrTail(new Redactor(List.of(), List.of()));
        FfmpegProgress nothing = progress("frame=0\nout_time_us=N/A\nprogress=end");
        assertThat(FailureDiagnosis.of(0, silent, nothing)
                        .failure()
                        .orElseThrow()
                        .code())
                .isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
        assertThat(FailureDiagnosis.of(0, silent, null).failure()).isPresent();
    }

    @Test
    void aKilledAndACrashedFfmpegAreNamedSo() {
        StderrTail silent = new StderrTail(new Redactor(List.of(), List.of()));
        assertThat(FailureDiagnosis.of(137, silent, null)
                        .failure()
                        .orElseThrow()
                        .message())
                .contains("killed");
        assertThat(FailureDiagnosis.of(139, silent, null)
                        .failure()
                        .orElseThrow()
                        .message())
                .contains("crashed");
        assertThat(FailureDiagnosis.of(1, silent, null).failure().orElseThrow().code())
                .isEqualTo(FailureCode.FFMPEG_FAILED);
    }

    private static Optional<Failure> diagnose(String recording, @Nullable FfmpegProgress progress) throws IOException {
        Properties exitCodes = new Properties();
        try (Reader reader = Files.newBufferedReader(RECORDED.resolve("exit-codes.properties"))) {
            exitCodes.load(reader);
        }
        int exitCode = Integer.parseInt(exitCodes.getProperty(recording));
        return FailureDiagnosis.of(exitCode, tail(RECORDED.resolve(recording + ".txt")), progress)
                .failure();
    }

    private static StderrTail tail(Path recording) throws IOException {
        StderrTail tail = new StderrTail(
                new Redactor(List.of(KEY), List.of(new RtmpOutput("rtmp://127.0.0.1/live/" + KEY, false))));
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
        assertThat(FailureDiagnosis.of(69, silent, null).failure()).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
            assertThat(failure.message()).contains("cannot be decoded");
        });
        assertThat(FailureDiagnosis.of(128 + 25, silent, null).failure()).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.FFMPEG_FAILED);
            assertThat(failure.message()).contains("preview segment");
        });
    }
}
