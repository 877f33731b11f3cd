package io.sluice.gateway.media.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.ffmpeg.run.RealFfmpeg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerObserverTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    /** The samples of one stream, and whether it was followed to its end. */
    record Observed(List<Sample> samples, List<Long> headers, boolean follows) {

        List<Sample> of(MediaTrack.Kind kind) {
            return samples.stream().filter(sample -> sample.kind == kind).toList();
        }
    }

    record Sample(MediaTrack.Kind kind, long decodeMicros, long presentationMicros, boolean keyFrame) {}

    static Observed observe(byte[] media, int pieceBytes) {
        List<Sample> samples = new ArrayList<>();
        List<Long> headers = new ArrayList<>();
        ContainerObserver observer = new ContainerObserver(new ContainerListener() {
            @Override
            public void onHeaderEnd(long position) {
                headers.add(position);
            }

            @Override
            public void onSample(MediaTrack track, long decode, long presentation, boolean keyFrame, long position) {
                samples.add(new Sample(track.kind(), decode, presentation, keyFrame));
            }

            @Override
            public void onNewHeader(long position) {
                headers.add(position);
            }
        });
        for (int at = 0; at < media.length; at += pieceBytes) {
            ByteBuf piece = Unpooled.wrappedBuffer(media, at, Math.min(pieceBytes, media.length - at));
            observer.inspect(piece);
            assertThat(piece.readerIndex()).isZero();
        }
        return new Observed(samples, headers, observer.follows());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "webm-vp8-opus.webm",
                "webm-vp9-opus.webm",
                "webm-av1-opus.webm",
                "webm-h264-opus.webm",
                "webm-opus-audioonly.webm",
                "mp4-avc1-opus.mp4",
                "mp4-avc1-opus-defaultgop.mp4"
            })
    void samplesAreThoseThatFfprobeFinds(String name) throws IOException {
        Path file = FIXTURES.resolve(name);
        Observed observed = observe(Files.readAllBytes(file), Integer.MAX_VALUE);
        assertThat(observed.follows()).isTrue();
        assertThat(observed.headers()).hasSize(1);
        assertMatches(file, "a", observed.of(MediaTrack.Kind.AUDIO));
        if (!name.contains("audioonly")) {
            assertMatches(file, "v", observed.of(MediaTrack.Kind.VIDEO));
        }
    }

    /** Times relative to the track's first: FFmpeg moves audio by the encoder's delay. */
    private static void assertMatches(Path file, String stream, List<Sample> samples) {
        List<String> packets =
                RealFfmpeg.ffprobe(file, "-select_streams", stream, "-show_entries", "packet=pts_time,flags");
        assertThat(samples).hasSameSizeAs(packets);
        double firstExpected = time(packets.get(0));
        long first = samples.get(0).presentationMicros();
        for (int i = 0; i < packets.size(); i++) {
            double expected = time(packets.get(i)) - firstExpected;
            assertThat((samples.get(i).presentationMicros() - first) / 1e6)
                    .as("sample %d", i)
                    .isBetween(expected - 0.0011, expected + 0.0011);
            assertThat(samples.get(i).keyFrame())
                    .as("sample %d", i)
                    .isEqualTo(packets.get(i).contains("K"));
        }
    }

    private static double time(String packet) {
        return Double.parseDouble(packet.substring(0, packet.indexOf(',')));
    }

    @ParameterizedTest
    @ValueSource(strings = {"webm-vp8-opus.webm", "mp4-avc1-opus.mp4"})
    void samplesAreTheSameHoweverTheStreamIsCut(String name) throws IOException {
        byte[] media = Files.readAllBytes(FIXTURES.resolve(name));
        Observed whole = observe(media, media.length);
        for (int pieceBytes : new int[] {1, 2, 3, 7, 64, 1_000}) {
            assertThat(observe(media, pieceBytes)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"webm-vp8-opus.webm", "mp4-avc1-opus.mp4"})
    void aSecondRecordingOnTheSameStreamIsANewHeader(String name) throws IOException {
        byte[] media = Files.readAllBytes(FIXTURES.resolve(name));
        byte[] twice = Arrays.copyOf(media, 2 * media.length);
        System.arraycopy(media, 0, twice, media.length, media.length);
        Observed once = observe(media, 1_000);
        Observed both = observe(twice, 1_000);
        assertThat(both.follows()).isTrue();
        assertThat(both.headers()).contains((long) media.length);
        assertThat(both.samples()).hasSize(2 * once.samples().size());
        assertThat(both.samples().subList(once.samples().size(), both.samples().size()))
                .isEqualTo(once.samples());
    }

    @Test
    void blockGroupsClustersOfKnownSizeAndTrackScalesAreUnderstood() {
        byte[] track = ContainerHeaders.element(
                0xae,
                ContainerHeaders.element(0xd7, new byte[] {5}),
                ContainerHeaders.element(0x83, new byte[] {1}),
                ContainerHeaders.element(0x23314f, new byte[] {0x40, 0, 0, 0}));
        byte[] key = ContainerHeaders.element(0xa0, ContainerHeaders.element(0xa1, block(5, 10)));
        byte[] delta = ContainerHeaders.element(
                0xa0, ContainerHeaders.element(0xa1, block(5, 20)), ContainerHeaders.element(0xfb, new byte[] {1}));
        byte[] cluster = ContainerHeaders.element(
                0x1f43b675,
                ContainerHeaders.element(0xe7, new byte[] {100}),
                key,
                ContainerHeaders.element(0xec),
                delta);
        Observed observed = observe(
                ContainerHeaders.matroska(ContainerHeaders.element(ContainerHeaders.TRACKS, track), cluster), 1);
        assertThat(observed.follows()).isTrue();
        assertThat(observed.samples())
                .containsExactly(
                        new Sample(MediaTrack.Kind.VIDEO, 120_000, 120_000, true),
                        new Sample(MediaTrack.Kind.VIDEO, 140_000, 140_000, false));
    }

    private static byte[] block(int track, int ticks) {
        return new byte[] {(byte) (0x80 | track), (byte) (ticks >> 8), (byte) ticks, 0, 42};
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1a45dfa30000000000",
                "1a45dfa3801549a966ff1f43b675",
                "1a45dfa38018538067ff1654ae6bff",
                "00000008667479700000000c6d64617400000000",
                "000000006674797000000000",
                "0000000866747970000000106d6f6f6600000020747261660000",
                "0000000000000000"
            })
    void whatBreaksTheRulesIsNotFollowed(String hex) {
        byte[] media = io.netty.buffer.ByteBufUtil.decodeHexDump(hex);
        assertThat(observe(Arrays.copyOf(media, media.length + 40), 1).follows())
                .isFalse();
    }
}
