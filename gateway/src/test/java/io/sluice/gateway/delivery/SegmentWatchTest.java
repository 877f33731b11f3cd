package io.sluice.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class SegmentWatchTest {

    private static final int MIB = 1 << 20;

    /** What the watch has asked for and not yet been told. */
    private final List<Sinks.One<Instant>> questions = new ArrayList<>();

    private final SegmentWatch watch = new SegmentWatch(
            Mono.defer(() -> {
                Sinks.One<Instant> question = Sinks.one();
                questions.add(question);
                return question.asMono();
            }),
            new StreamPlan.Encoding(null, 30, 2_500_000, 128_000, MediaDetails.UNKNOWN, false));

    private static FfmpegProgress progress(long frames, Duration outTime) {
        return new FfmpegProgress(
                frames,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                outTime,
                0,
                0,
                OptionalDouble.empty(),
                false);
    }

    private Optional<Failure> arrive(int mebibytes) {
        Optional<Failure> failure = Optional.empty();
        for (int i = 0; i < mebibytes && failure.isEmpty(); i++) {
            failure = watch.onMedia(MIB);
        }
        return failure;
    }

    private void answer(int question, Instant written) {
        questions.get(question).tryEmitValue(written).orThrow();
    }

    @Test
    void aPreviewWithoutAnySegmentEndsTheStream() {
        assertThat(arrive(31)).isEmpty();
        assertThat(questions).isEmpty();
        assertThat(arrive(1)).isEmpty();
        answer(0, Instant.EPOCH);
        assertThat(watch.onMedia(0)).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.KEY_FRAMES_MISSING);
            assertThat(failure.message()).contains("32 MiB", "2 s");
        });
    }

    @Test
    void aPreviewThatGetsNoMoreSegmentsEndsTheStream() {
        arrive(32);
        answer(0, Instant.ofEpochSecond(1));
        assertThat(arrive(32)).isEmpty();
        answer(1, Instant.ofEpochSecond(1));
        assertThat(watch.inspect(progress(0, Duration.ZERO), Duration.ZERO)).isPresent();
    }

    @Test
    void aPreviewThatGetsSegmentsGoesOn() {
        for (int i = 0; i < 100; i++) {
            assertThat(arrive(32)).isEmpty();
            answer(i, Instant.ofEpochSecond(i + 1));
        }
        assertThat(watch.onMedia(0)).isEmpty();
    }

    @Test
    void oneQuestionIsAskedAtATime() {
        assertThat(arrive(500)).isEmpty();
        assertThat(questions).hasSize(1);
    }

    @Test
    void tinyPicturesCountAsWhatTheyTakeUp() {
        assertThat(watch.inspect(progress(80_000, Duration.ZERO), Duration.ZERO))
                .isEmpty();
        assertThat(questions).isEmpty();
        watch.inspect(progress(90_000, Duration.ZERO), Duration.ZERO);
        assertThat(questions).hasSize(1);
    }

    @Test
    void audioCountsAsWhatItIsEncodedTo() {
        watch.inspect(progress(0, Duration.ZERO), Duration.ofSeconds(2_000));
        assertThat(questions).isEmpty();
        watch.inspect(progress(0, Duration.ZERO), Duration.ofSeconds(2_200));
        assertThat(questions).hasSize(1);
    }

    @Test
    void storageThatDoesNotAnswerIsNotTheClientsFault() {
        arrive(32);
        questions.get(0).tryEmitError(new IllegalStateException("hangs")).orThrow();
        assertThat(watch.onMedia(0))
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(FailureCode.INTERNAL_ERROR));
    }
}
