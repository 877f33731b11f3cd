package io.sluice.gateway.media.container;

import static io.sluice.gateway.media.container.ContainerHeaders.box;
import static io.sluice.gateway.media.container.ContainerHeaders.bytes;
import static io.sluice.gateway.media.container.ContainerHeaders.bytesUntilResult;
import static io.sluice.gateway.media.container.ContainerHeaders.concat;
import static io.sluice.gateway.media.container.ContainerHeaders.element;
import static io.sluice.gateway.media.container.ContainerHeaders.format;
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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real headers, whole and split, and other input that clients send by mistake. */
@ExtendWith(NoBufferLeaks.class)
class ContainerSnifferTest {

    private static final String RECORDINGS = """
            webm-vp8-opus.webm|               4096| video/webm;codecs="vp8,opus"
            webm-vp9-opus.webm|               4096| video/webm;codecs="vp9,opus"
            webm-av1-opus.webm|               4096| video/webm;codecs="av01,opus"
            webm-h264-opus.webm|              4096| video/webm;codecs="avc1,opus"
            webm-h264-opus-1bytefirst.webm|      1| video/webm;codecs="avc1,opus"
            webm-h264-opus-2500k.webm|        4096| video/webm;codecs="avc1,opus"
            webm-h264-videoonly.webm|         4096| video/webm;codecs="avc1"
            webm-opus-audioonly.webm|         4096| audio/webm;codecs="opus"
            mp4-avc1-opus.mp4|                1221| video/mp4;codecs="avc1,opus"
            mp4-avc1-opus-defaultgop.mp4|     1226| video/mp4;codecs="avc1,opus"
            ffmpeg-hevc-aac.mkv|              8192| video/webm;codecs="hvc1,mp4a"
            ffmpeg-h264-mp3.mkv|              8192| video/webm;codecs="avc1,mp3"
            ffmpeg-h264-pcm.mkv|              8192| video/webm;codecs="avc1,pcm"
            ffmpeg-vp8-vorbis.webm|           8192| video/webm;codecs="vp8,vorbis"
            ffmpeg-av1-flac.mkv|              8192| video/webm;codecs="av01,flac"
            ffmpeg-h264-aac.mp4|              8192| video/mp4;codecs="avc1,mp4a"
            ffmpeg-h264-aac-faststart.mp4|    8192| video/mp4;codecs="avc1,mp4a"
            ffmpeg-hevc-mp3.mp4|              8192| video/mp4;codecs="hvc1,mp3"
            ffmpeg-vp9-flac.mp4|              8192| video/mp4;codecs="vp9,flac"
            ffmpeg-av1-opus.mp4|              8192| video/mp4;codecs="av01,opus"
            ffmpeg-h264-pcm.mov|              8192| video/mp4;codecs="avc1,pcm"
            """;

    @ParameterizedTest
    @CsvSource(textBlock = RECORDINGS, delimiter = '|', quoteCharacter = '\'')
    void aWholeRecordingIsRecognized(String name, int firstChunkBytes, String mimeType) {
        MediaFormat format = format(recorded(name));

        assertThat(format.mimeType()).isEqualTo(mimeType);
        assertThat(MediaFormat.parse(mimeType)).isEqualTo(Result.ok(format));
    }

    @ParameterizedTest
    @CsvSource(textBlock = RECORDINGS, delimiter = '|', quoteCharacter = '\'')
    void aRecordingIsRecognizedInTheBrowsersChunks(String name, int firstChunkBytes, String mimeType) {
        byte[] all = recorded(name);
        int cut = Math.min(firstChunkBytes, all.length);

        assertThat(format(Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length)))
                .isEqualTo(MediaFormat.parse(mimeType).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(textBlock = RECORDINGS, delimiter = '|', quoteCharacter = '\'')
    void aRecordingIsRecognizedByteByByteBeforeItsMediaStarts(String name, int cut, String mimeType) {
        byte[] all = recorded(name);
        int needed = bytesUntilResult(all);

        assertThat(sniffed(Arrays.copyOf(all, needed - 1))).isEmpty();
        assertThat(format(Arrays.copyOf(all, needed)))
                .isEqualTo(MediaFormat.parse(mimeType).orElseThrow());
        Matcher media =
                Pattern.compile("\u001fC\u00b6u|moof|mdat").matcher(new String(all, StandardCharsets.ISO_8859_1));
        assertThat(media.find()).isTrue();
        assertThat(needed).isLessThanOrEqualTo(media.start());
    }

    @ParameterizedTest
    @CsvSource(textBlock = RECORDINGS, delimiter = '|', quoteCharacter = '\'')
    void aRecordingIsRecognizedWhereverItIsSplit(String name, int firstChunkBytes, String mimeType) {
        byte[] all = recorded(name);
        MediaFormat expected = MediaFormat.parse(mimeType).orElseThrow();
        for (int cut = 0; cut <= 2_048; cut++) {
            assertThat(format(Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length)))
                    .as("cut at %d", cut)
                    .isEqualTo(expected);
        }
    }

    @Test
    void theBufferStaysWithTheCallerAndIsReadWhereItIs() {
        byte[] all = recorded("webm-vp9-opus.webm");
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer();
        buffer.writeBytes(latin1("junk")).writeBytes(all).readerIndex(4);
        try {
            assertThat(new ContainerSniffer().accept(buffer)).isPresent();
            assertThat(buffer.readerIndex()).isEqualTo(4);
            assertThat(buffer.readableBytes()).isEqualTo(all.length);
            assertThat(buffer.refCnt()).isEqualTo(1);
        } finally {
            buffer.release();
        }
    }

    @Test
    void anEmptyChunkChangesNothing() {
        ContainerSniffer sniffer = new ContainerSniffer();

        assertThat(sniffer.accept(Unpooled.EMPTY_BUFFER)).isEmpty();
        assertThat(sniff(sniffer, recorded("webm-vp9-opus.webm"))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"webm-vp8-opus.webm", "ffmpeg-vp9-ac3.mkv"})
    void theResultStaysTheSameAndNothingIsBufferedAfterIt(String name) {
        ContainerSniffer sniffer = new ContainerSniffer();
        Optional<Result<MediaFormat>> result = sniff(sniffer, recorded(name));

        assertThat(sniff(sniffer, new byte[100_000])).isEqualTo(result).isPresent();
        assertThat(sniff(sniffer, latin1("#EXTM3U"))).isEqualTo(result);
        assertThat(sniffer.bufferedBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    #EXTM3U\\n#EXT-X-VERSION:3   | an HLS playlist
                    ffconcat version 1.0\\n      | an ffconcat playlist
                    v=0\\r\\no=- 0 0 IN IP4 1.1  | an SDP description
                    <?xml version="1.0"?><MPD    | DASH
                    {"type":"open"}              | plain text or JSON
                    GET / HTTP/1.1\\r\\n         | plain text or JSON
                    FLV\\x01\\x05\\0\\0\\0\\x09  | FLV
                    OggS\\0\\x02\\0\\0           | Ogg
                    RIFF\\0\\0\\0\\0WAVEfmt      | RIFF (WAV or AVI)
                    ID3\\x04\\0\\0               | MP3 with an ID3 tag
                    fLaC\\0\\0\\0                | raw FLAC
                    G@\\0\\x10\\0\\0\\xb0\\x0d   | MPEG-TS
                    \\xff\\xf1\\x50\\x80         | raw MP3 or AAC
                    \\xff\\xd8\\xff\\xe0         | a JPEG image
                    \\x89PNG\\r\\n               | a PNG image
                    \\x1fC\\xb6u\\x01\\xff       | the middle of a WebM recording
                    \\xa3\\x41\\x00\\x81\\x00    | an unknown format (a3 41 00 81 00)
                    \\0\\0\\x04\\xd2moof         | the middle of an MP4 recording
                    \\0\\0\\0\\x18mdat           | the middle of an MP4 recording
                    \\0\\0\\0\\x01\\x67\\x42     | raw H.264 or HEVC
                    \\0\\0\\x01\\xba\\x44        | an MPEG program stream
                    \\0\\0\\0\\0\\0\\0\\0\\0     | an unknown format (00 00 00 00 00 00 00 00)
                    """)
    void otherInputIsNamedInTheMessage(String start, String description) {
        assertThat(refusal(unescaped(start)))
                .contains(description)
                .contains("Send WebM, Matroska or fragmented MP4")
                .doesNotContain("\n");
    }

    private static byte[] unescaped(String text) {
        String plain = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
        return latin1(Pattern.compile("\\\\x(..)")
                .matcher(plain)
                .replaceAll(hex -> String.valueOf((char) Integer.parseInt(hex.group(1), 16))
                        .replace("\\", "\\\\")
                        .replace("$", "\\$")));
    }

    @Test
    void aKeyThatWasSentAsMediaIsNotRepeated() {
        assertThat(refusal(latin1("{\"type\":\"open\",\"streamKey\":\"live_secret\"}")))
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({"#EXTM3U, 1", "{}, 1", "G@@@, 1", "'\u001aEBML', 3", "'\u001aE\u00df\u00a4', 4"})
    void theFirstByteThatDoesNotMatchDecides(String start, int bytes) {
        assertThat(bytesUntilResult(latin1(start))).isEqualTo(bytes);
    }

    @Test
    void anMp4IsRefusedWithTheFirstByteThatIsNotFtyp() {
        assertThat(bytesUntilResult(new byte[16])).isEqualTo(5);
        assertThat(bytesUntilResult(bytes(0, 1, 0, 0))).isEqualTo(2);
        assertThat(bytesUntilResult(box("ftxp"))).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        "ffmpeg-theora-opus.mkv, unknown video codec \"V_THEORA\"",
        "ffmpeg-vp9-ac3.mkv, unknown audio codec \"A_AC3\"",
        "ffmpeg-mpeg4-aac.mp4, unknown video codec \"mp4v\"",
        "ffmpeg-h264-aac-unfragmented.mp4, has media before its tracks"
    })
    void anUnsupportedRecordingIsRefusedWithTheReason(String name, String reason) {
        assertThat(refusal(recorded(name))).contains(reason);
    }

    @Test
    void theFirstTrackOfEachKindCounts() {
        byte[] tracks = element(
                ContainerHeaders.TRACKS,
                track(17, "S_TEXT/UTF8"),
                track(2, "A_AAC/MPEG4/LC"),
                track(1, "V_VP9"),
                track(1, "V_NEW"),
                track(2, "A_OPUS"));

        assertThat(format(matroska(tracks)).mimeType()).isEqualTo("video/webm;codecs=\"vp9,mp4a\"");
    }

    @ParameterizedTest
    @CsvSource({"40, mp4a", "67, mp4a", "69, mp3", "6b, mp3", "dd, vorbis"})
    void mpeg4AudioIsWhatItsDescriptorSays(String objectType, String codec) {
        assertThat(format(mp4(box("moov", trak("soun", mp4a(Integer.parseInt(objectType, 16))))))
                        .mimeType())
                .isEqualTo("audio/mp4;codecs=\"" + codec + "\"");
    }

    @Test
    void mpeg4AudioOfAnotherKindIsRefused() {
        assertThat(refusal(mp4(box("moov", trak("soun", mp4a(0xa5)))))).contains("\"mp4a\"");
    }

    /** A sample entry of MP4, with descriptor lengths of four bytes, which many writers use. */
    private static byte[] mp4a(int objectType) {
        byte[] config = concat(bytes(4, 0x80, 0x80, 0x80, 13, objectType), new byte[12]);
        byte[] stream = concat(bytes(3, 0x80, 0x80, 0x80, 21, 0, 1, 0), config);
        return box("mp4a", new byte[28], box("esds", new byte[4], stream));
    }

    @ParameterizedTest
    @ValueSource(strings = {"free", "skip", "styp", "uuid", "sidx"})
    void boxesBeforeTheTracksAreSkipped(String type) {
        byte[] moov = box("moov", trak("vide", box("hev1", new byte[70])));

        assertThat(format(mp4(box(type, new byte[3_000]), moov)).mimeType()).isEqualTo("video/mp4;codecs=\"hvc1\"");
    }
}
