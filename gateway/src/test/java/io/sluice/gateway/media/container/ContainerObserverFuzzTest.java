package io.sluice.gateway.media.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any input is observed without an exception, and the same samples are found however it is split. */
class ContainerObserverFuzzTest {

    static Stream<byte[]> seeds() {
        return Stream.of("webm-vp8-opus.webm", "webm-opus-audioonly.webm", "mp4-avc1-opus.mp4", "ffmpeg-hevc-aac.mkv")
                .map(name -> Arrays.copyOf(ContainerHeaders.recorded(name), 4_096));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "6s")
    void theSamplesAreTheSameHoweverTheBytesAreSplit(byte[] bytes) {
        ContainerObserverTest.Observed whole = ContainerObserverTest.observe(bytes, bytes.length + 1);
        assertThat(ContainerObserverTest.observe(bytes, 1)).isEqualTo(whole);
        assertThat(ContainerObserverTest.observe(bytes, 2 + Math.floorMod(Arrays.hashCode(bytes), 97)))
                .isEqualTo(whole);
    }
}
