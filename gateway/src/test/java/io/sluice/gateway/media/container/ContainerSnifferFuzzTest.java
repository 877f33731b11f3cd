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
 * Any bytes come to one verdict, in bounded memory, by the 65,536th of them, and to the same one however they are cut. Of what is no media
 * at all, the words may say less if less of it was seen.
 */
class ContainerSnifferFuzzTest {

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
                        .map(name -> Arrays.copyOf(Header.recorded(name), 2_048)),
                Stream.of(
                        Header.matroska(
                                Header.element(Header.TRACKS, Header.track(1, "V_VP8"), Header.track(2, "A_OPUS"))),
                        Header.mp4(Header.box("moov", Header.trak("vide", Header.box("avc1", new byte[78])))),
                        Header.latin1("#EXTM3U\n")));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "6s")
    void theVerdictIsTheSameHoweverTheBytesAreCut(byte[] bytes) {
        Optional<String> whole = verdict(bytes, bytes.length + 1);
        assertThat(verdict(bytes, 1)).isEqualTo(whole);
        assertThat(verdict(bytes, 2 + Math.floorMod(Arrays.hashCode(bytes), 97)))
                .isEqualTo(whole);
        if (bytes.length > 0) {
            ContainerSniffer sniffer = new ContainerSniffer();
            for (int shown = 0; shown < HeaderBytes.MAX_BYTES; shown += bytes.length) {
                sniffer.accept(Unpooled.wrappedBuffer(bytes));
                assertThat(sniffer.heldBytes()).isLessThanOrEqualTo(HeaderBytes.MAX_BYTES);
            }
            Optional<String> late = sniffer.accept(Unpooled.EMPTY_BUFFER).map(ContainerSnifferFuzzTest::sound);
            assertThat(late).isPresent();
            assertThat(whole.isEmpty() || whole.equals(late)).isTrue();
        }
    }

    private static Optional<String> verdict(byte[] bytes, int cut) {
        ContainerSniffer sniffer = new ContainerSniffer();
        ByteBuf all = Unpooled.wrappedBuffer(bytes);
        Optional<Result<MediaFormat>> verdict = Optional.empty();
        while (all.isReadable()) {
            verdict = sniffer.accept(all.readSlice(Math.min(cut, all.readableBytes())));
        }
        return verdict.map(ContainerSnifferFuzzTest::sound);
    }

    private static String sound(Result<MediaFormat> verdict) {
        return verdict.fold(
                format -> {
                    assertThat(MediaFormat.parse(format.mimeType())).isEqualTo(verdict);
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
