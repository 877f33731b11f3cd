package io.sluice.gateway.media.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any input has a result by its 1,048,576th byte, in bounded memory, and the same result however it is split. For input
 * that is no media, the message may contain less detail if fewer bytes were seen.
 */
class ContainerSnifferFuzzTest {

    private static final int REPEATED_BYTES = 16_384;

    static Stream<byte[]> seeds() {
        return Stream.concat(
                Stream.of(
                                "webm-h264-opus.webm",
                                "webm-opus-audioonly.webm",
                                "mp4-avc1-opus.mp4",
                                "ffmpeg-hevc-aac.mkv",
                                "ffmpeg-vp9-flac.mp4",
                                "ffmpeg-h264-pcm.mov",
                                "ffmpeg-theora-opus.mkv",
                                "ffmpeg-mpeg4-aac.mp4")
                        .map(name -> Arrays.copyOf(ContainerHeaders.recorded(name), 2_048)),
                Stream.of(
                        ContainerHeaders.matroska(ContainerHeaders.element(
                                ContainerHeaders.TRACKS,
                                ContainerHeaders.track(1, "V_VP8"),
                                ContainerHeaders.track(2, "A_OPUS"))),
                        ContainerHeaders.mp4(ContainerHeaders.box(
                                "moov", ContainerHeaders.trak("vide", ContainerHeaders.box("avc1", new byte[78])))),
                        ContainerHeaders.latin1("#EXTM3U\n")));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "6s")
    void theResultIsTheSameHoweverTheBytesAreSplit(byte[] bytes) {
        Optional<String> whole = result(bytes, bytes.length + 1);
        assertThat(result(bytes, 1)).isEqualTo(whole);
        assertThat(result(bytes, 2 + Math.floorMod(Arrays.hashCode(bytes), 97))).isEqualTo(whole);
        if (bytes.length > 0) {
            ContainerSniffer sniffer = new ContainerSniffer();
            ByteBuf repeated = Unpooled.buffer();
            while (repeated.readableBytes() < REPEATED_BYTES) {
                repeated.writeBytes(bytes);
            }
            for (int total = 0; total < ContainerSniffer.MAX_HEADER_BYTES; total += repeated.readableBytes()) {
                sniffer.accept(repeated);
                assertThat(sniffer.bufferedBytes()).isLessThanOrEqualTo(HeaderBytes.MAX_BYTES);
            }
            Optional<String> late = sniffer.accept(Unpooled.EMPTY_BUFFER).map(ContainerSnifferFuzzTest::validated);
            assertThat(late).isPresent();
            assertThat(whole.isEmpty() || whole.equals(late)).isTrue();
        }
    }

    private static Optional<String> result(byte[] bytes, int chunk) {
        ContainerSniffer sniffer = new ContainerSniffer();
        ByteBuf all = Unpooled.wrappedBuffer(bytes);
        Optional<Result<MediaFormat>> result = Optional.empty();
        while (all.isReadable()) {
            result = sniffer.accept(all.readSlice(Math.min(chunk, all.readableBytes())));
        }
        return result.map(ContainerSnifferFuzzTest::validated);
    }

    private static String validated(Result<MediaFormat> result) {
        return result.fold(
                format -> {
                    assertThat(MediaFormat.parse(format.mimeType())).isEqualTo(result);
                    return format.mimeType();
                },
                failure -> {
                    assertThat(failure.code()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
                    assertThat(failure.message()).isNotBlank().hasSizeLessThan(400);
                    assertThat(failure.message().codePoints().filter(Character::isISOControl))
                            .isEmpty();
                    return "refused";
                });
    }
}
