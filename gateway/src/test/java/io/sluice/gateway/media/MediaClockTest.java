package io.sluice.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.media.container.MediaTrack;
import io.sluice.gateway.media.container.TestTracks;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MediaClockTest {

    private static final MediaTrack VIDEO = TestTracks.video(0);
    private static final MediaTrack AUDIO = TestTracks.audio(1);

    private final MediaClock clock = new MediaClock(Duration.ofSeconds(60));

    private Optional<MediaClock.Gap> excessiveGap() {
        return clock.excessiveGap(MediaTrack.Kind.VIDEO).or(() -> clock.excessiveGap(MediaTrack.Kind.AUDIO));
    }

    private void sample(MediaTrack track, double mediaSeconds, double atSeconds) {
        clock.arrivingAt((long) (atSeconds * TimeUnit.SECONDS.toNanos(1)));
        clock.onSample(track, (long) (mediaSeconds * 1e6), 0);
    }

    @Test
    void aLeapOfHoursIsExcessiveAtOnce() {
        sample(VIDEO, 0, 0);
        sample(VIDEO, 0.033, 0.033);
        sample(VIDEO, 14 * 3_600, 0.066);
        assertThat(excessiveGap())
                .hasValueSatisfying(gap -> assertThat(gap.length()).isGreaterThan(Duration.ofHours(13)));
        assertThat(excessiveGap().orElseThrow().kind()).isEqualTo(MediaTrack.Kind.VIDEO);
    }

    @Test
    void gapsAsLongAsTheTimeThatPassesAreNot() {
        for (int i = 0; i < 20; i++) {
            sample(VIDEO, 300.0 * i, 300.0 * i);
            sample(AUDIO, 300.0 * i, 300.0 * i);
        }
        assertThat(excessiveGap()).isEmpty();
    }

    @Test
    void smallGapsAddUpWhenTheyAreSentFast() {
        int gaps = 0;
        while (excessiveGap().isEmpty()) {
            sample(VIDEO, 11.0 * gaps, 0.001 * gaps);
            gaps++;
        }
        // The first sample, and six gaps of eleven seconds that count as ten each; the seventh exceeds sixty.
        assertThat(gaps).isEqualTo(8);
    }

    @Test
    void aRecordingThatIsSentFastHasNoGaps() {
        for (int i = 0; i < 100_000; i++) {
            sample(VIDEO, i * 0.9, 0);
        }
        assertThat(excessiveGap()).isEmpty();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(89_999_100));
    }

    @Test
    void aTrackThatStartsFarFromTheOtherIsAGapInBothDirections() {
        sample(VIDEO, 3_600, 0);
        sample(AUDIO, 0, 0);
        assertThat(excessiveGap()).isPresent();
    }

    @Test
    void timeThatRunsBackIsNoGapNorIsItsReturn() {
        sample(VIDEO, 3_600, 0);
        sample(VIDEO, 0, 0);
        sample(VIDEO, 3_600.5, 0);
        assertThat(excessiveGap()).isEmpty();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void aSecondRecordingFromZeroIsNoGapAndItsTimeIsAdded() {
        sample(VIDEO, 0, 0);
        sample(VIDEO, 1, 1);
        clock.restart();
        sample(VIDEO, 0, 1);
        sample(VIDEO, 2, 3);
        assertThat(excessiveGap()).isEmpty();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aSecondHeaderDoesNotHideALeap() {
        sample(VIDEO, 0, 0);
        sample(VIDEO, 1, 1);
        clock.restart();
        sample(VIDEO, 7_200, 1);
        assertThat(excessiveGap()).isPresent();
    }
}
