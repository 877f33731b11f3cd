package io.sluice.gateway.media.container;

import static io.sluice.gateway.media.container.ContainerHeaders.TRACKS;
import static io.sluice.gateway.media.container.ContainerHeaders.TRACK_ENTRY;
import static io.sluice.gateway.media.container.ContainerHeaders.box;
import static io.sluice.gateway.media.container.ContainerHeaders.bytes;
import static io.sluice.gateway.media.container.ContainerHeaders.concat;
import static io.sluice.gateway.media.container.ContainerHeaders.element;
import static io.sluice.gateway.media.container.ContainerHeaders.latin1;
import static io.sluice.gateway.media.container.ContainerHeaders.matroska;
import static io.sluice.gateway.media.container.ContainerHeaders.mp4;
import static io.sluice.gateway.media.container.ContainerHeaders.trak;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A header with a huge picture is refused before memory is allocated for it. */
class PictureSizeTest {

    private static final long MAX_PIXELS = 4_096 * 2_304;

    private static final int VIDEO = 0xe0;
    private static final int PIXEL_WIDTH = 0xb0;
    private static final int PIXEL_HEIGHT = 0xba;

    @ParameterizedTest
    @CsvSource({"1280, 720", "3840, 2160", "4096, 2304", "2160, 3840", "9437184, 1", "0, 0"})
    void aPictureWithinTheLimitIsAccepted(long width, long height) {
        assertThat(sniffed(webm(width, height)).orElseThrow().toOptional()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "4097, 2304",
        "16384, 16384",
        "9437185, 1",
        "1, 9437185",
        "4294967296, 4294967296",
        "4611686018427387904, 4",
        "-1, -1",
        "-1, 1",
        "1, -1"
    })
    void aLargerPictureIsRefusedEvenIfItsPixelsOverflow(long width, long height) {
        assertThat(refusal(webm(width, height)))
                .contains(Long.toUnsignedString(width) + " x " + Long.toUnsignedString(height), "9437184");
    }

    @Test
    void theSecondVideoTrackIsCheckedToo() {
        assertThat(refusal(matroska(element(TRACKS, video(640, 360), video(16_384, 16_384)))))
                .contains("16384 x 16384");
    }

    @ParameterizedTest
    @ValueSource(strings = {"avc1", "vp09"})
    void mp4IsCheckedToo(String entry) {
        assertThat(refusal(mp4Of(entry, 16_384, 16_384))).contains("16384 x 16384");
        assertThat(sniffed(mp4Of(entry, 3_840, 2_160)).orElseThrow().toOptional())
                .isPresent();
    }

    @Test
    void theSizeMayArriveByteByByte() {
        byte[] header = webm(16_384, 16_384);
        ContainerSniffer sniffer = new ContainerSniffer(MAX_PIXELS);
        Optional<Result<MediaFormat>> result = Optional.empty();
        for (byte one : header) {
            result = ContainerHeaders.sniff(sniffer, new byte[] {one});
        }
        assertThat(result.orElseThrow().toOptional()).isEmpty();
    }

    private static byte[] webm(long width, long height) {
        return matroska(element(TRACKS, video(width, height)));
    }

    private static byte[] video(long width, long height) {
        return element(
                TRACK_ENTRY,
                element(0x83, bytes(1)),
                element(0x86, latin1("V_VP9")),
                element(VIDEO, element(PIXEL_WIDTH, number(width)), element(PIXEL_HEIGHT, number(height))));
    }

    private static byte[] mp4Of(String entry, int width, int height) {
        byte[] sizes = ByteBuffer.allocate(4)
                .putShort((short) width)
                .putShort((short) height)
                .array();
        return mp4(box("moov", trak("vide", box(entry, concat(new byte[24], sizes, new byte[50])))));
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    private static Optional<Result<MediaFormat>> sniffed(byte[] header) {
        return ContainerHeaders.sniff(new ContainerSniffer(MAX_PIXELS), header);
    }

    private static String refusal(byte[] header) {
        Failure failure =
                sniffed(header).orElseThrow().fold(format -> new Failure(FailureCode.INTERNAL_ERROR, ""), f -> f);
        assertThat(failure.code()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
        return failure.message();
    }
}
