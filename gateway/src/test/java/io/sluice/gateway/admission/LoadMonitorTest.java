package io.sluice.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.admission.CostEstimator.ActiveStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host with 2 processors whose files the test writes. */
class LoadMonitorTest {

    private static final long MIB = 1_048_576;
    private static final Offset<Double> TOLERANCE = Offset.offset(0.001);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path root;

    @SuppressWarnings("NullAway.Init") // Needs the temporary directory.
    private LoadMonitor load;

    private long nowNanos;

    private LoadMonitor load(int percent) {
        return new LoadMonitor(new LoadLimits(percent, 128 * MIB), new HostResources(root), 2, () -> nowNanos);
    }

    @BeforeEach
    void withFiles() {
        load = load(150);
    }

    private void write(String file, String content) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stream with the given usage and progress. */
    private ActiveStream stream(Workload work, long pid, long cpuMillis, long outMillis) {
        write("proc/" + pid + "/stat", pid + " (ffmpeg) S 1 1 1 0 -1 0 0 0 0 0 " + cpuMillis / 10 + " 0 0 0 20\n");
        write("proc/" + pid + "/status", "RssAnon:\t" + 50 * 1_024 + " kB\n");
        return new ActiveStream(work, pid, outMillis);
    }

    /** Simulates a stream of the given cost, at three times real-time speed. */
    private void teach(Workload work, double cores) {
        load.sample(List.of(stream(work, 7, 500, 3_000)));
        load.sample(List.of(stream(work, 7, 500 + (long) (9_000 * cores), 12_000)));
    }

    @Test
    void anUnseenKindCostsNothing() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(load.reserve(List.of(Workload.VIDEO))).isEmpty();
        }
        assertThat(load.snapshot(1_000, 0).expectedCores()).isZero();
    }

    @Test
    void costIsMeasuredPerSecondOfMediaAtAnySpeed() {
        teach(Workload.VIDEO, 0.5);
        assertThat(load.snapshot(0, 0).measuredCores()).containsOnlyKeys(Workload.VIDEO);
        assertThat(load.snapshot(0, 0).measuredCores().get(Workload.VIDEO)).isCloseTo(0.5, TOLERANCE);
    }

    /** A picture of 4096x2304 on slow cores: 1.9 cores, and a fifth of real time. */
    private void teachAStreamThatLags() {
        assertThat(load.reserve(List.of(Workload.VIDEO))).isEmpty();
        for (int i = 0; i < 20; i++) {
            load.sample(List.of(stream(Workload.VIDEO, 7, 5_700L * i, 2_000 + 600L * i)));
            nowNanos += 3_000_000_000L;
        }
    }

    @Test
    void aStreamThatLagsTeachesWhatItReallyUses() {
        teachAStreamThatLags();
        assertThat(load.snapshot(1, 0).measuredCores().get(Workload.VIDEO)).isCloseTo(1.9, TOLERANCE);
        assertThat(load.snapshot(1, 0).expectedCores()).isCloseTo(1.9, TOLERANCE);
    }

    @Test
    void anExpensiveStreamLeavesRoomForCheapOnesAndIsForgotten() {
        teachAStreamThatLags();
        assertThat(load.shortage(1)).as("ready").isEmpty();
        for (int i = 0; i < 20; i++) {
            assertThat(load.reserve(List.of(Workload.COPY))).isEmpty();
        }
        assertThat(load.reserve(List.of(Workload.VIDEO))).as("1.9 + 1.9 of 3").isPresent();
        load.ended(7);
        load.release(Workload.VIDEO, true);
        assertThat(load.snapshot(20, 0).expectedCores()).isZero();
        for (int i = 0; i < 100; i++) {
            load.sample(List.of());
        }
        for (int i = 0; i < 5; i++) {
            assertThat(load.reserve(List.of(Workload.VIDEO))).isEmpty();
        }
    }

    @Test
    void copiesAreRefusedWhenTheProcessorsAreReallyUsedUp() {
        List<ActiveStream> before = new ArrayList<>();
        List<ActiveStream> after = new ArrayList<>();
        for (int pid = 1; pid <= 10; pid++) {
            assertThat(load.reserve(List.of(Workload.COPY))).isEmpty();
            before.add(stream(Workload.COPY, pid, 0, 2_000));
        }
        load.sample(before);
        nowNanos += 3_000_000_000L;
        for (int pid = 1; pid <= 10; pid++) {
            after.add(stream(Workload.COPY, pid, 900, 5_000));
        }
        load.sample(after);
        assertThat(load.reserve(List.of(Workload.COPY)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("CPU"));
    }

    @Test
    void oneStreamOutOfTheOrdinaryDoesNotSpeakForItsKind() {
        List<ActiveStream> before = new ArrayList<>();
        List<ActiveStream> after = new ArrayList<>();
        for (int pid = 1; pid <= 3; pid++) {
            before.add(stream(Workload.VIDEO, pid, 0, 2_000));
        }
        load.sample(before);
        for (int pid = 1; pid <= 3; pid++) {
            after.add(stream(Workload.VIDEO, pid, pid == 2 ? 3_000 : 300, 5_000));
        }
        load.sample(after);
        assertThat(load.snapshot(3, 0).measuredCores().get(Workload.VIDEO)).isCloseTo(0.1, TOLERANCE);
        assertThat(load.snapshot(3, 0).expectedCores()).isCloseTo(1.2, TOLERANCE);
    }

    @Test
    void aStreamThatStandsStillIsMeasuredToo() {
        load.sample(List.of(stream(Workload.VIDEO, 7, 0, 2_000)));
        nowNanos += 3_000_000_000L;
        load.sample(List.of(stream(Workload.VIDEO, 7, 4_800, 2_000)));
        assertThat(load.snapshot(1, 0).expectedCores()).isCloseTo(1.6, TOLERANCE);
    }

    @Test
    void changesAreSmoothedAndTheStartIsIgnored() {
        load.sample(List.of(stream(Workload.COPY, 7, 5_000, 500)));
        load.sample(List.of(stream(Workload.COPY, 7, 5_100, 2_000)));
        assertThat(load.snapshot(0, 0).measuredCores()).as("its start").isEmpty();
        load.sample(List.of(stream(Workload.COPY, 7, 5_110, 2_900)));
        assertThat(load.snapshot(0, 0).measuredCores()).as("too little media").isEmpty();
        load.sample(List.of(stream(Workload.COPY, 7, 5_200, 4_000)));
        assertThat(load.snapshot(0, 0).measuredCores().get(Workload.COPY)).isCloseTo(0.05, TOLERANCE);
        load.sample(List.of(stream(Workload.COPY, 7, 6_200, 6_000)));
        assertThat(load.snapshot(0, 0).measuredCores().get(Workload.COPY)).isCloseTo(0.05 + 0.45 * 0.2, TOLERANCE);
    }

    @Test
    void aProcessWithoutProgressIsNotMeasured() {
        load.sample(List.of(stream(Workload.COPY, 7, 100, 0)));
        load.sample(List.of(stream(Workload.COPY, 7, 100_000, 0)));
        assertThat(load.snapshot(0, 0).measuredCores()).isEmpty();
    }

    @Test
    void aLimitedNumberOfStreamsPerKindIsMeasured() {
        List<ActiveStream> before = new ArrayList<>();
        List<ActiveStream> after = new ArrayList<>();
        for (int pid = 1; pid <= 17; pid++) {
            before.add(stream(Workload.COPY, pid, 0, 2_000));
        }
        before.add(stream(Workload.VIDEO, 18, 0, 2_000));
        load.sample(before);
        for (int pid = 1; pid <= 16; pid++) {
            after.add(stream(Workload.COPY, pid, 100, 4_000));
        }
        after.add(stream(Workload.COPY, 17, 1_000_000, 4_000));
        after.add(stream(Workload.VIDEO, 18, 1_000, 4_000));
        load.sample(after);

        assertThat(load.snapshot(18, 0).measuredCores().get(Workload.COPY)).isCloseTo(0.05, TOLERANCE);
        assertThat(load.snapshot(18, 0).measuredCores().get(Workload.VIDEO)).isCloseTo(0.5, TOLERANCE);
    }

    @Test
    void costsAreKeptWhenTheStreamsHaveEnded() {
        teach(Workload.AUDIO, 0.04);
        load.sample(List.of());
        assertThat(load.snapshot(0, 0).measuredCores().get(Workload.AUDIO)).isCloseTo(0.04, TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({"150, 0.5, 6", "100, 0.5, 4", "80, 0.04, 40", "150, 4.0, 1"})
    void streamsAreAdmittedUpToTheExpectedCpuUsage(int percent, double cores, int capacity) {
        load = load(percent);
        teach(Workload.VIDEO, cores);
        for (int i = 0; i < capacity; i++) {
            assertThat(load.shortage(1)).isEmpty();
            assertThat(load.reserve(List.of(Workload.VIDEO))).isEmpty();
        }
        assertThat(load.shortage(1)).isPresent();
        assertThat(load.reserve(List.of(Workload.VIDEO)))
                .hasValueSatisfying(shortage -> assertThat(shortage).contains("not enough CPU"));
        assertThat(load.reserve(List.of(Workload.COPY)).isPresent())
                .as("a kind without known cost")
                .isEqualTo(cores > 3);
        load.release(Workload.VIDEO, false);
        assertThat(load.reserve(List.of(Workload.VIDEO))).isEmpty();
    }

    @Test
    void memoryIsReservedForStreamsThatHaveJustStarted() {
        write("proc/meminfo", "MemAvailable: " + 400 * 1_024 + " kB\n");
        teach(Workload.COPY, 0.01);
        for (int i = 0; i < 5; i++) {
            assertThat(load.reserve(List.of(Workload.COPY))).isEmpty();
        }
        assertThat(load.reserve(List.of(Workload.COPY)))
                .as("128 MiB and 6 times 50")
                .hasValue("not enough memory");
        write("proc/meminfo", "MemAvailable: " + 200 * 1_024 + " kB\n");
        load.sample(List.of());
        assertThat(load.reserve(List.of(Workload.COPY))).isEmpty();
        assertThat(load.reserve(List.of(Workload.COPY))).hasValue("not enough memory");
        assertThat(load.snapshot(0, 0).freeBytes()).isEqualTo(OptionalLong.of(200 * MIB));
    }

    @Test
    void descriptorsAreReserved() throws IOException {
        write("proc/self/limits", "Max open files            100            100            files\n");
        Files.createDirectories(root.resolve("proc/self/fd"));
        load = load(150);
        for (int i = 0; i < 12; i++) {
            assertThat(load.reserve(List.of(Workload.COPY))).isEmpty();
        }
        assertThat(load.reserve(List.of(Workload.COPY)))
                .as("12 to spare and 13 times 7")
                .hasValue("not enough file descriptors");
    }

    @Test
    void socketsAndPipesShareTheDescriptors() throws IOException {
        write("proc/self/limits", "Max open files            100            100            files\n");
        Files.createDirectories(root.resolve("proc/self/fd"));
        load = load(150);
        for (int i = 0; i < 76; i++) {
            load.descriptors().opened();
        }
        assertThat(load.reserve(List.of(Workload.COPY))).as("82 are for both").isEmpty();
        assertThat(load.reserve(List.of(Workload.COPY))).hasValue("not enough file descriptors");
        load.release(Workload.COPY, false);
        assertThat(load.reserve(List.of(Workload.COPY))).isEmpty();
    }
}
