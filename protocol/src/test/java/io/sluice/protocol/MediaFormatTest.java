package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaFormatTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                // What Chromium's recorder reports.
                "video/webm;codecs=vp8,opus                     | WEBM | VP8  | OPUS",
                "video/webm;codecs=vp9,opus                     | WEBM | VP9  | OPUS",
                "video/webm;codecs=av01,opus                    | WEBM | AV1  | OPUS",
                "video/x-matroska;codecs=avc1,opus              | WEBM | H264 | OPUS",
                "video/x-matroska;codecs=avc1                   | WEBM | H264 | -",
                "video/x-matroska;codecs=hvc1.1.6.L93.B0,opus   | WEBM | HEVC | OPUS",
                "video/webm;codecs=vp8,pcm                      | WEBM | VP8  | PCM",
                "video/mp4;codecs=avc1.420020,opus              | MP4  | H264 | OPUS",
                "video/mp4;codecs=avc3.42E01F,mp4a.40.2         | MP4  | H264 | AAC",
                "video/mp4;codecs=vp09.00.10.08,opus            | MP4  | VP9  | OPUS",
                // Safari and Firefox.
                "video/mp4; codecs=\"avc1.42000a, mp4a.40.2\"   | MP4  | H264 | AAC",
                "video/mp4                                      | MP4  | -    | -",
                "video/webm; codecs=\"vp8, opus\"               | WEBM | VP8  | OPUS",
                "video/webm;codecs=\"vp8,vorbis\"               | WEBM | VP8  | VORBIS",
                // Unusual forms that the grammar allows.
                "VIDEO/WebM;CODECS=\"AVC1.42E01F,OPUS\"         | WEBM | H264 | OPUS",
                "video/webm;codecs=opus,vp8                     | WEBM | VP8  | OPUS",
                "video/webm;codecs=opus                         | WEBM | -    | OPUS",
                "video/webm;codecs=\"h264\"                     | WEBM | H264 | -",
                "video/webm;codecs=\"v\\p8\\,opu\\s\"           | WEBM | VP8  | OPUS",
                "video/webm ; codecs = vp8 , opus               | WEBM | VP8  | OPUS",
                "video/webm;x=\"a;codecs=av1\";codecs=vp8       | WEBM | VP8  | -",
                "video/webm;codecs=vp8;profile=\"\"             | WEBM | VP8  | -",
                "video/webm;                                    | WEBM | -    | -",
                "video/webm;;codecs=vp8;                        | WEBM | VP8  | -",
                "video/webm;codecs=                             | WEBM | -    | -",
                "video/webm;codecs=\"\"                         | WEBM | -    | -",
                "video/matroska;codecs=\"vp8,flac\"             | WEBM | VP8  | FLAC",
                "video/mp4;codecs=\"hev1.1.6.L93.B0,mp4a.6B\"   | MP4  | HEVC | MP3",
            })
    void aMediaTypeIsReadAsWritten(
            String mimeType, Container container, @Nullable VideoCodec video, @Nullable AudioCodec audio) {
        assertThat(MediaFormat.parse(mimeType))
                .isEqualTo(Result.ok(new MediaFormat(
                        container, false, Optional.ofNullable(video), Optional.ofNullable(audio), mimeType)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "audio/webm;codecs=opus      | WEBM | OPUS",
                "audio/webm                  | WEBM | -",
                "audio/x-matroska;codecs=pcm | WEBM | PCM",
                "audio/matroska;codecs=flac  | WEBM | FLAC",
                "audio/mp4;codecs=mp4a.40.2  | MP4  | AAC",
            })
    void anAudioTypeHasNoVideo(String mimeType, Container container, @Nullable AudioCodec audio) {
        assertThat(MediaFormat.parse(mimeType))
                .isEqualTo(Result.ok(
                        new MediaFormat(container, true, Optional.empty(), Optional.ofNullable(audio), mimeType)));
    }

    @Test
    void theTextIsKeptVerbatim() {
        String mimeType = " Video/X-Matroska ; codecs=\"avc1 , opus\" ";

        assertThat(MediaFormat.parse(mimeType).map(MediaFormat::mimeType)).isEqualTo(Result.ok(mimeType));
    }

    @ParameterizedTest
    @CsvSource({
        "avc1, H264",
        "avc1.42E01F, H264",
        "avc1.640028, H264",
        "avc3.4D401F, H264",
        "h264, H264",
        "H264, H264",
        "hvc1, HEVC",
        "hev1.1.6.L93.B0, HEVC",
        "h265, HEVC",
        "hevc, HEVC",
        "vp8, VP8",
        "vp8.0, VP8",
        "vp08.00.10.08, VP8",
        "VP8, VP8",
        "vp9, VP9",
        "vp9.0, VP9",
        "vp09.00.10.08, VP9",
        "av1, AV1",
        "av01, AV1",
        "av01.0.04M.08, AV1",
    })
    void aVideoCodecIsKnownByAllItsNames(String name, VideoCodec codec) {
        assertThat(VideoCodec.ofName(name)).contains(codec);
        assertThat(AudioCodec.ofName(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "opus, OPUS",
        "Opus, OPUS",
        "vorbis, VORBIS",
        "flac, FLAC",
        "fLaC, FLAC",
        "pcm, PCM",
        "aac, AAC",
        "mp3, MP3",
        "mp4a, AAC",
        "mp4a.40, AAC",
        "mp4a.40.2, AAC",
        "mp4a.40.02, AAC",
        "mp4a.40.5, AAC",
        "mp4a.40.29, AAC",
        "mp4a.40.42, AAC",
        "mp4a.67, AAC",
        "MP4A.40.2, AAC",
        "mp4a.40.34, MP3",
        "mp4a.6B, MP3",
        "mp4a.6b, MP3",
        "mp4a.69, MP3",
    })
    void anAudioCodecIsKnownByAllItsNames(String name, AudioCodec codec) {
        assertThat(AudioCodec.ofName(name)).contains(codec);
        assertThat(VideoCodec.ofName(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "avc",
                "avc2",
                "avc11",
                "avc1x",
                "vp",
                "vp7",
                "vp10",
                "vp9x",
                "av2",
                "dvh1.05.06",
                "theora",
                "opus2",
                "alac",
                "ac-3",
                "ec-3",
                "mp4a.",
                "mp4a.A5",
                "mp4a.40.",
                "mp4a.40.33",
                "mp4a.40.2x",
                "mp4a.40.99",
                "h264\n",
                "ＶＰ８"
            })
    void anythingElseIsNoCodec(String name) {
        assertThat(VideoCodec.ofName(name)).isEmpty();
        assertThat(AudioCodec.ofName(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "video/ogg;codecs=theora            | container \"video/ogg\" is not supported",
                "video/quicktime                    | container \"video/quicktime\" is not supported",
                "application/x-mpegURL              | container \"application/x-mpegurl\" is not supported",
                "text/webm                          | container \"text/webm\" is not supported",
                "image/mp4                          | container \"image/mp4\" is not supported",
                "video/webm;codecs=theora           | codec \"theora\" is not supported",
                "video/webm;codecs='vp8'            | codec \"'vp8'\" is not supported",
                "video/webm;codecs=vp8,,opus        | codec \"\" is not supported",
                "video/webm;codecs=vp8,             | codec \"\" is not supported",
                "video/webm;codecs=vp8 opus         | codec \"vp8 opus\" is not supported",
                "video/webm;codecs=vp8,vp9          | codec \"vp9\" is one too many",
                "video/webm;codecs=avc1,avc1        | codec \"avc1\" is one too many",
                "video/webm;codecs=vp8,opus,flac    | codec \"flac\" is one too many",
                "audio/webm;codecs=vp8              | video codec \"vp8\" is in an audio/ type",
                "audio/webm;codecs=opus,h264        | video codec \"h264\" is in an audio/ type",
                "``                                 | does not start with a type such as video/webm",
                "webm                               | does not start with a type such as video/webm",
                "video                              | does not start with a type such as video/webm",
                "/webm                              | does not start with a type such as video/webm",
                "video/                             | does not start with a type such as video/webm",
                "video/webm/x                       | does not start with a type such as video/webm",
                "video /webm                        | does not start with a type such as video/webm",
                "\"video/webm\"                     | does not start with a type such as video/webm",
                "video/webm,video/mp4               | does not start with a type such as video/webm",
                "video/webm;codecs                  | parameter without a value",
                "video/webm;=vp8                    | parameter with an invalid name",
                "video/webm;co decs=vp8             | parameter with an invalid name",
                "video/webm;codecs=vp8;codecs=opus  | same parameter twice",
                "video/webm;codecs=vp8;CODECS=\"vp8\" | same parameter twice",
                "video/webm;codecs=\"vp8            | unclosed quotation mark",
                "video/webm;codecs=\"               | unclosed quotation mark",
                "video/webm;codecs=\"vp8\\\"        | unclosed quotation mark",
                "video/webm;codecs=\"vp8\\          | unclosed quotation mark",
                "video/webm;codecs=\"vp8\"opus      | has text after the closing quotation mark",
                "video/webm;codecs=vp8\"            | quotation mark in the middle",
                "video/webm;codecs=vp8é             | has U+00E9 at position 22",
            })
    void whatIsNotSupportedIsRefusedWithAMessage(String mimeType, String message) {
        Failure failure = refusal(mimeType);

        assertThat(failure.code()).isEqualTo(FailureCode.UNSUPPORTED_OFFER);
        assertThat(failure.message()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"video/webm\n[ERROR] forged", "video/webm;codecs=\"vp8\u0000\"", "video/webm;x=\u202e"})
    void aRefusalIsOnePrintableLine(String mimeType) {
        assertThat(refusal(mimeType).message().chars()).allMatch(c -> (c >= ' ' && c <= '~') || c == '…');
    }

    @Test
    void theLengthIsBounded() {
        String longest = "video/webm;x=" + "y".repeat(1024 - "video/webm;x=".length());
        assertThat(MediaFormat.parse(longest).toOptional()).isPresent();
        assertThat(refusal(longest + "y").message()).contains("1025 characters").hasSizeLessThan(200);
        assertThat(refusal("video/webm;codecs=" + "z".repeat(1000)).message()).hasSizeLessThan(300);
    }

    @Test
    void aStreamKeyAmongTheOffersIsNotRepeated() {
        assertThat(refusal("live_123_secret").message()).doesNotContain("live_123_secret");
    }

    private static Failure refusal(String mimeType) {
        return MediaFormat.parse(mimeType)
                .fold(
                        format -> {
                            throw new AssertionError("accepted: " + format);
                        },
                        failure -> failure);
    }
}
