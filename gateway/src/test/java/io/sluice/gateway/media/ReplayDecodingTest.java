package io.sluice.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sluice.gateway.ffmpeg.run.RealFfmpeg;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.media.ReplayBuffer.Group;
import io.sluice.gateway.media.ReplayBuffer.Limits;
import io.sluice.gateway.media.container.ContainerObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What readers get of real recordings, decoded by FFmpeg: the same pictures as in the recording, and no complaint. */
@ExtendWith(NoBufferLeaks.class)
class ReplayDecodingTest {

    private static final int EVERYTHING = 10_000_000;

    @TempDir
    private Path directory = Path.of("");

    private long nanos;
    private final ReplayBuffer buffer = new ReplayBuffer(
            ImmediateEventExecutor.INSTANCE,
            new Limits(EVERYTHING, EVERYTHING, EVERYTHING, Duration.ofMillis(2_500), EVERYTHING),
            new ReplayMemory(EVERYTHING),
            () -> nanos,
            paused -> {});
    private final ContainerObserver observer = new ContainerObserver(new GroupFinder(buffer));

    @AfterEach
    void release() {
        buffer.release();
    }

    /** Pieces of any size, in the time in which nine seconds of recording were made. */
    private void send(byte[] media, Runnable afterEach) {
        Random random = new Random(media.length);
        for (int at = 0; at < media.length; ) {
            int length = Math.min(1 + random.nextInt(20_000), media.length - at);
            nanos += (long) (9.2e9 * length / media.length);
            var piece = Unpooled.copiedBuffer(media, at, length);
            observer.inspect(piece);
            buffer.offer(piece);
            afterEach.run();
            at += length;
        }
        buffer.complete();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "webm-vp8-opus.webm",
                "webm-vp9-opus.webm",
                "webm-h264-opus.webm",
                "webm-h264-videoonly.webm",
                "webm-opus-audioonly.webm",
                "mp4-avc1-opus.mp4",
                "mp4-avc1-opus-defaultgop.mp4"
            })
    void fromEachGroupOnAllPicturesAreThere(String name) throws IOException {
        byte[] media = RealFfmpeg.fixture(name);
        send(media, () -> {});
        List<String> all = decoded(media, name);
        Group second =
                buffer.groupAfter(buffer.groupAfter(0).orElseThrow().position()).orElseThrow();
        Group newest = buffer.newestGroup().orElseThrow();
        assertThat(second.position()).isLessThanOrEqualTo(newest.position());
        for (Group group : List.of(second, newest)) {
            List<String> rest = decoded(Take.all(buffer.readFrom(group)).taken(), name);
            assertThat(rest).isNotEmpty();
            assertThat(all.subList(all.size() - rest.size(), all.size())).isEqualTo(rest);
        }
    }

    /** A reader that takes nothing for a while, and then all. What it misses are whole groups. */
    @ParameterizedTest
    @ValueSource(
            strings = {"webm-vp8-opus.webm", "webm-h264-opus.webm", "webm-h264-videoonly.webm", "mp4-avc1-opus.mp4"})
    void aLateReaderGetsAValidStreamWithoutTheGroupsThatItMissed(String name) throws IOException {
        byte[] media = RealFfmpeg.fixture(name);
        Take.all(buffer.readFromStart());
        ReplayReader late = buffer.readFromStart();
        List<Long> cuts = new ArrayList<>();
        late.skipWhenLate((from, to, lost) -> {
            assertThat(lost).isBetween(Duration.ofMillis(1), Duration.ofSeconds(9));
            cuts.add(from);
        });
        Take slow = Take.subscribe(late, 0);
        send(media, () -> {
            boolean isWedged = nanos > 1_000_000_000L && nanos < 7_000_000_000L;
            if (!isWedged) {
                slow.request(1);
            }
        });
        slow.request(Long.MAX_VALUE);
        assertThat(cuts).isNotEmpty();
        assertThat(slow.taken().length).isLessThan(media.length);

        List<String> all = decoded(media, name);
        List<String> got = decoded(slow.taken(), name);
        assertThat(all).containsAll(got).hasSizeGreaterThan(got.size());
        assertThat(got).startsWith(all.get(0)).endsWith(all.get(all.size() - 1)).doesNotHaveDuplicates();
        Set<String> kept = new HashSet<>(got);
        List<String> missed =
                all.stream().filter(frame -> !kept.contains(frame)).toList();
        int first = all.indexOf(missed.get(0));
        int last = all.indexOf(missed.get(missed.size() - 1));
        assertThat(all.subList(first, last + 1).stream().filter(kept::contains).count())
                .as("frames within what is missing, of one gap for each skip")
                .isLessThan(all.size() / 4L);
    }

    /** The time and a hash of each decoded picture, or the times of the sound. */
    private List<String> decoded(byte[] media, String name) throws IOException {
        Path file = Files.write(directory.resolve("media"), media);
        RealFfmpeg.Run run = RealFfmpeg.ON_PATH.run(
                List.of(
                        RealFfmpeg.ON_PATH.get().executable().toString(),
                        "-v",
                        "warning",
                        "-copyts",
                        "-i",
                        file.toString(),
                        "-map",
                        name.contains("audioonly") ? "0:a" : "0:v",
                        "-fps_mode",
                        "passthrough",
                        "-f",
                        "framemd5",
                        "-"),
                Path.of("."),
                new byte[0]);
        assertThat(run.exitCode()).as(run.stderr()).isZero();
        assertThat(run.stderr()).isBlank();
        return Arrays.stream(run.stdout().split("\n"))
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("\\s+", " "))
                // A decoder of audio needs a few packets until its sound is the same.
                .map(line -> name.contains("audioonly") ? line.substring(0, line.lastIndexOf(',')) : line)
                .toList();
    }
}
