package io.sluice.gateway.media.container;

import static io.sluice.gateway.media.container.ContainerHeaders.TRACKS;
import static io.sluice.gateway.media.container.ContainerHeaders.TRACK_ENTRY;
import static io.sluice.gateway.media.container.ContainerHeaders.VOID;
import static io.sluice.gateway.media.container.ContainerHeaders.box;
import static io.sluice.gateway.media.container.ContainerHeaders.bytes;
import static io.sluice.gateway.media.container.ContainerHeaders.concat;
import static io.sluice.gateway.media.container.ContainerHeaders.element;
import static io.sluice.gateway.media.container.ContainerHeaders.elementOfSize;
import static io.sluice.gateway.media.container.ContainerHeaders.format;
import static io.sluice.gateway.media.container.ContainerHeaders.largeBox;
import static io.sluice.gateway.media.container.ContainerHeaders.latin1;
import static io.sluice.gateway.media.container.ContainerHeaders.matroska;
import static io.sluice.gateway.media.container.ContainerHeaders.mp4;
import static io.sluice.gateway.media.container.ContainerHeaders.recorded;
import static io.sluice.gateway.media.container.ContainerHeaders.refusal;
import static io.sluice.gateway.media.container.ContainerHeaders.sniff;
import static io.sluice.gateway.media.container.ContainerHeaders.sniffed;
import static io.sluice.gateway.media.container.ContainerHeaders.track;
import static io.sluice.gateway.media.container.ContainerHeaders.trak;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that no recorder writes: false sizes, endless nesting, random mutations of real ones. */
@ExtendWith(NoBufferLeaks.class)
class HostileHeaderTest {

    private static final long UNKNOWN = (1L << 56) - 1;
    private static final int MAX_BYTES = ContainerSniffer.MAX_HEADER_BYTES;
    private static final byte[] TRACK = element(TRACKS, track(1, "V_VP8"));

    @ParameterizedTest
    @ValueSource(longs = {UNKNOWN - 1, UNKNOWN, 1L << 32, MAX_BYTES})
    void anElementThatCannotFitIsRefusedBeforeItArrives(long size) {
        assertThat(refusal(matroska(elementOfSize(VOID, size)))).contains("exceeds 1048576 bytes");
        assertThat(refusal(matroska(elementOfSize(TRACKS, size)))).contains("exceeds 1048576 bytes");
    }

    @ParameterizedTest
    @ValueSource(longs = {UNKNOWN - 1, UNKNOWN, 1L << 40})
    void aSegmentMayBeOfAnySize(long size) {
        byte[] start = element(ContainerHeaders.EBML, element(ContainerHeaders.DOC_TYPE, latin1("webm\0\0")));

        assertThat(format(start, elementOfSize(ContainerHeaders.SEGMENT, size), TRACK)
                        .mimeType())
                .isEqualTo("video/webm;codecs=\"vp8\"");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, MAX_BYTES + 1})
    void aBoxThatCannotFitIsRefusedBeforeItArrives(long size) {
        assertThat(refusal(mp4(largeBox("free", size)))).contains("exceeds 1048576 bytes");
        assertThat(refusal(mp4(largeBox("moov", size)))).contains("exceeds 1048576 bytes");
    }

    @Test
    void aBoxMayHaveA64BitSize() {
        byte[] trak = trak("vide", box("vp09", new byte[78]));

        assertThat(format(mp4(largeBox("moov", 16L + trak.length), trak)).mimeType())
                .isEqualTo("video/mp4;codecs=\"vp9\"");
    }

    @Test
    void aBoxWithoutOrWithTooSmallASizeIsRefused() {
        assertThat(refusal(mp4(bytes(0, 0, 0, 0), latin1("moov")))).contains("without a size");
        assertThat(refusal(mp4(bytes(0, 0, 0, 7), latin1("moov")))).contains("shorter than its own header");
        assertThat(refusal(mp4(largeBox("moov", 15)))).contains("shorter than its own header");
    }

    @Test
    void mediaBeforeTheTracksIsRefused() {
        assertThat(refusal(matroska(elementOfSize(ContainerHeaders.CLUSTER, UNKNOWN))))
                .contains("media before its tracks");
        assertThat(refusal(mp4(box("moof")))).contains("media before its tracks");
        assertThat(refusal(mp4(largeBox("mdat", Long.MAX_VALUE)))).contains("media before its tracks");
    }

    @Test
    void anElementLongerThanItsParentIsRefused() {
        byte[] entry = elementOfSize(TRACK_ENTRY, 100);
        assertThat(refusal(matroska(element(TRACKS, entry)))).contains("longer than its parent");
        // Even its own header exceeds the parent.
        assertThat(refusal(matroska(elementOfSize(TRACKS, 4), entry))).contains("longer than its parent");
        assertThat(refusal(mp4(box("moov", bytes(0, 0, 0, 100), latin1("trak")))))
                .contains("longer than");
        assertThat(refusal(mp4(box("moov", bytes(0, 0, 0))))).contains("longer than");
    }

    @Test
    void anInvalidVariableSizeIntegerIsRefused() {
        assertThat(refusal(matroska(bytes(0)))).contains("id of more than 4 bytes");
        assertThat(refusal(matroska(bytes(0x08)))).contains("id of more than 4 bytes");
        assertThat(refusal(matroska(bytes(VOID, 0)))).contains("size of more than 8 bytes");
    }

    @Test
    void incompleteTracksAreRefused() {
        assertThat(refusal(matroska(element(TRACKS)))).contains("neither a video nor an audio track");
        assertThat(refusal(matroska(element(TRACKS, element(TRACK_ENTRY))))).contains("neither");
        assertThat(refusal(matroska(element(TRACKS, track(1, ""))))).contains("unknown video codec \"\"");
        assertThat(refusal(mp4(box("moov")))).contains("neither a video nor an audio track");
        assertThat(refusal(mp4(box("moov", trak("vide", new byte[0]))))).contains("without an entry");
        assertThat(refusal(mp4(box("moov", trak("soun", new byte[8]))))).contains("shorter than its own header");
        assertThat(refusal(mp4(box("moov", trak("soun", box("evil\n")))))).doesNotContain("\n");
    }

    @Test
    void aTrackOfMpeg4AudioWithATornDescriptorIsAac() {
        for (int length = 0; length < 60; length++) {
            byte[] torn = Arrays.copyOf(concat(new byte[28], bytes(0, 0, 0, 40), latin1("esds")), length);
            assertThat(format(mp4(box("moov", trak("soun", box("mp4a", torn))))).mimeType())
                    .isEqualTo("audio/mp4;codecs=\"mp4a\"");
        }
    }

    @Test
    void anEbmlHeaderMustNameItsDocument() {
        byte[] segment = elementOfSize(ContainerHeaders.SEGMENT, UNKNOWN);
        assertThat(refusal(element(ContainerHeaders.EBML), segment)).contains("no document type");
        assertThat(refusal(element(ContainerHeaders.EBML, element(ContainerHeaders.DOC_TYPE, latin1("m\nf"))), segment))
                .contains("unknown document type \"m?f\"");
        assertThat(refusal(element(ContainerHeaders.EBML, element(ContainerHeaders.DOC_TYPE, new byte[1_000]))))
                .contains("more than 64 bytes");
        assertThat(refusal(matroska(), element(TRACKS, track(1, "V".repeat(1_000)))))
                .contains("too long");
        assertThat(refusal(element(ContainerHeaders.EBML, element(ContainerHeaders.DOC_TYPE, latin1("webm"))), TRACK))
                .contains("no Segment");
    }

    @Test
    void aSegmentThatEndsBeforeItsTracksIsRefused() {
        byte[] start = element(ContainerHeaders.EBML, element(ContainerHeaders.DOC_TYPE, latin1("webm")));

        assertThat(refusal(start, element(ContainerHeaders.SEGMENT, element(VOID, new byte[9])), TRACK))
                .contains("ends before its tracks");
    }

    @Test
    void endlessNestingIsNotFollowed() {
        byte[] nested = new byte[0];
        for (int i = 0; i < 1_000; i++) {
            nested = element(TRACK_ENTRY, nested);
        }
        assertThat(refusal(matroska(element(TRACKS, nested)))).contains("neither a video nor an audio track");

        byte[] boxes = new byte[0];
        for (int i = 0; i < 1_000; i++) {
            boxes = box("trak", box("mdia", boxes));
        }
        assertThat(refusal(mp4(box("moov", boxes)))).contains("neither a video nor an audio track");
    }

    @Test
    void aMebibyteWithoutTracksIsEnough() {
        byte[] voids = new byte[MAX_BYTES * 2];
        for (int i = 0; i < voids.length; i += 2) {
            voids[i] = (byte) VOID;
            voids[i + 1] = (byte) 0x80;
        }
        byte[] all = matroska(voids);

        assertThat(ContainerHeaders.bytesUntilResult(all)).isEqualTo(MAX_BYTES);
        assertThat(refusal(all)).contains("exceeds 1048576 bytes");
        assertThat(sniffed(Arrays.copyOf(all, MAX_BYTES - 1))).isEmpty();
    }

    @Test
    void aHeaderOfExactlyAMebibyteIsAccepted() {
        int filling = MAX_BYTES - matroska(element(VOID), TRACK).length;
        byte[] header = matroska(element(VOID, new byte[filling]), TRACK);

        assertThat(ContainerHeaders.bytesUntilResult(header)).isEqualTo(MAX_BYTES);
        assertThat(format(header).mimeType()).isEqualTo("video/webm;codecs=\"vp8\"");
    }

    @Test
    void randomBytesAreRefusedImmediately() {
        Random random = new Random(4711);
        for (int i = 0; i < 1_000; i++) {
            byte[] noise = new byte[1 + random.nextInt(300)];
            random.nextBytes(noise);
            noise[0] |= (byte) 0x20;
            assertThat(refusal(noise)).contains("starts like");
        }
    }

    @Test
    void tenThousandMutationsOfRealHeadersAllTerminate() {
        List<byte[]> headers = List.of(
                recorded("webm-h264-opus.webm"),
                recorded("webm-opus-audioonly.webm"),
                recorded("ffmpeg-hevc-aac.mkv"),
                recorded("mp4-avc1-opus.mp4"),
                recorded("ffmpeg-h264-aac.mp4"),
                recorded("ffmpeg-h264-pcm.mov"));
        Random random = new Random(20_240_229);
        int[] accepted = new int[1];
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 10_000; i++) {
                byte[] mutated = mutated(headers.get(i % headers.size()), random);
                Optional<Result<MediaFormat>> whole = sniffed(mutated);
                assertThat(sniffedInPieces(mutated, random))
                        .as("mutation %d", i)
                        .isEqualTo(whole);
                accepted[0] += whole.map(v -> v.fold(format -> 1, failure -> 0)).orElse(0);
            }
        });
        // Some bytes matter and some do not; both outcomes must occur, or the test would prove little.
        assertThat(accepted[0]).isBetween(500, 9_500);
    }

    /** The result must not depend on the chunks, and memory not on claimed sizes. */
    private static Optional<Result<MediaFormat>> sniffedInPieces(byte[] bytes, Random random) {
        ContainerSniffer sniffer = new ContainerSniffer();
        Optional<Result<MediaFormat>> result = Optional.empty();
        for (int from = 0; from < bytes.length && result.isEmpty(); ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(200));
            result = sniff(sniffer, Arrays.copyOfRange(bytes, from, to));
            assertThat(sniffer.bufferedBytes()).isLessThanOrEqualTo(MAX_BYTES);
            from = to;
        }
        return result;
    }

    private static byte[] mutated(byte[] header, Random random) {
        byte[] bytes = header.clone();
        int reach = 8 + random.nextInt(1_300);
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            // The start is not changed, or most would be refused because of that.
            int at = 8 + random.nextInt(reach - 7);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = concat(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + 1, bytes.length));
                default ->
                    bytes = concat(
                            Arrays.copyOf(bytes, at), new byte[] {-1}, Arrays.copyOfRange(bytes, at, bytes.length));
            }
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
}
