package io.sluice.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputPaceTest {

    private static final double FRAME_RATE = 30;
    private static final int LIMIT_SECONDS = 60;

    private final OutputPace pace = new OutputPace(OutputRules.defaults(), 0);

    private static FfmpegProgress progress(double outSeconds, long frames, long bytes, long duplicated) {
        return new FfmpegProgress(
                frames,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.of(bytes),
                Duration.ofMillis((long) (outSeconds * 1_000)),
                0,
                duplicated,
                OptionalDouble.empty(),
                false);
    }

    private Optional<Failure> inspect(int second, FfmpegProgress progress, double mediaSeconds, long waiting) {
        return pace.inspect(
                TimeUnit.SECONDS.toNanos(second),
                progress,
                FRAME_RATE,
                Duration.ofMillis((long) (mediaSeconds * 1_000)),
                waiting);
    }

    @Test
    void aStreamThatKeepsUpGoesOn() {
        for (int second = 1; second < 1_000; second++) {
            pace.onMedia();
            assertThat(inspect(second, progress(second - 0.5, second * 30L, second * 1_000L, 0), second, 0))
                    .isEmpty();
        }
    }

    @Test
    void mediaWithoutOutputEndsTheStream() {
        for (int second = 1; second < LIMIT_SECONDS; second++) {
            pace.onMedia();
            assertThat(inspect(second, progress(0, 0, 0, 0), second, 0)).isEmpty();
        }
        pace.onMedia();
        assertThat(inspect(LIMIT_SECONDS, progress(0, 0, 0, 0), LIMIT_SECONDS, 0))
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(FailureCode.STREAM_STALLED));
    }

    /** FFmpeg 8.1 reports the time of a track that has fallen silent, while the other goes on. */
    @Test
    void outputWhoseTimeStandsStillIsOutput() {
        for (int second = 1; second < 300; second++) {
            pace.onMedia();
            assertThat(inspect(second, progress(3, second * 10L, 1_000, 0), second, 0))
                    .isEmpty();
        }
    }

    @Test
    void aClientThatPausesIsNotTheOutputsFault() {
        pace.onMedia();
        assertThat(inspect(1, progress(1, 30, 1_000, 0), 1, 0)).isEmpty();
        for (int second = 2; second < 300; second++) {
            assertThat(inspect(second, progress(1, 30, 1_000, 0), 1, 0)).isEmpty();
        }
    }

    @Test
    void picturesThatFfmpegRepeatsWithoutEndAreMadeUp() {
        assertThat(inspect(1, progress(1, 30, 1_000, 0), 1, 0)).isEmpty();
        assertThat(inspect(2, progress(2, 4_000, 2_000, 1_512_000), 2, 0))
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(FailureCode.TIMESTAMP_GAP));
    }

    @Test
    void outputThatRunsAheadIsMadeUp() {
        assertThat(inspect(1, progress(1, 30, 1_000, 0), 1, 0)).isEmpty();
        assertThat(inspect(2, progress(50_400, 180, 2_000, 0), 2, 0)).isPresent();
    }

    @Test
    void aRecordingThatDoesNotStartAtZeroIsNotAhead() {
        for (int second = 1; second < 100; second++) {
            assertThat(inspect(second, progress(108_000 + second, second * 30L, second * 100L, 0), second, 0))
                    .isEmpty();
        }
    }

    private Optional<Failure> holding(int second, long written, long acceptedMebibytes) {
        return pace.holding(TimeUnit.SECONDS.toNanos(second), OptionalLong.of(written), acceptedMebibytes << 20);
    }

    @Test
    void mediaThatIsHeldBackEndsTheStream() {
        assertThat(holding(1, 200, 1)).isEmpty();
        assertThat(holding(3, 200, 100)).as("not reported yet").isEmpty();
        assertThat(holding(6, 200, 32)).isEmpty();
        assertThat(holding(6, 200, 33))
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(FailureCode.STREAM_STALLED));
    }

    @Test
    void mediaThatIsWrittenIsNotHeldBack() {
        for (int second = 1; second < 300; second++) {
            assertThat(holding(second, second / 4, second * 8L)).isEmpty();
        }
    }

    @Test
    void withoutCountOfWhatIsWrittenNothingIsKnown() {
        for (int second = 1; second < 300; second++) {
            assertThat(pace.holding(TimeUnit.SECONDS.toNanos(second), OptionalLong.empty(), second * (100L << 20)))
                    .isEmpty();
        }
    }

    @Test
    void halfSpeedForTooLongEndsTheStream() {
        Optional<Failure> failure = Optional.empty();
        int second = 0;
        while (failure.isEmpty() && second < 1_000) {
            second++;
            failure = inspect(second, progress(second * 0.3, second * 9L, second, 0), second * 0.3, 1_000);
        }
        assertThat(second).isEqualTo(LIMIT_SECONDS);
        assertThat(failure.orElseThrow().code()).isEqualTo(FailureCode.STREAM_STALLED);
    }

    @Test
    void anUploadThatIsFasterThanItWasRecordedMayAlwaysWait() {
        for (int second = 1; second < 300; second++) {
            assertThat(inspect(second, progress(second * 5, second * 150L, second, 0), second * 5, 1_000))
                    .isEmpty();
        }
    }
}
