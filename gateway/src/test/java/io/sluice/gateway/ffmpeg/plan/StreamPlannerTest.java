package io.sluice.gateway.ffmpeg.plan;

import static io.sluice.protocol.TrackHandling.COPY;
import static io.sluice.protocol.TrackHandling.TRANSCODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities.LibraryVersion;
import io.sluice.gateway.ffmpeg.install.H264Encoder;
import io.sluice.gateway.ffmpeg.run.RealFfmpeg;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.gateway.media.container.MediaDetails.AudioDetails;
import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.gateway.media.container.MediaDetails.Transfer;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.Output.HlsOutput;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.protocol.AudioSettings;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import io.sluice.protocol.TrackHandling;
import io.sluice.protocol.VideoSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamPlannerTest {

    private static final String VP8 = "video/webm;codecs=vp8,opus";
    private static final String VP9 = "video/webm;codecs=\"vp09.00.10.08,opus\"";
    private static final String H264 = "video/x-matroska;codecs=\"avc1.42E01F,opus\"";
    private static final String MP4_AAC = "video/mp4;codecs=\"avc1.640028,mp4a.40.2\"";

    private static final Output PLAIN = new RtmpOutput("rtmp://host/app/key", false);
    private static final Output ENHANCED = new RtmpOutput("rtmp://host/app/key", true);
    private static final Output HLS = new HlsOutput(Path.of("/tmp/x"));

    private static final Set<String> DECODERS =
            Set.of("h264", "hevc", "vp8", "vp9", "libdav1d", "aac", "opus", "mp3", "flac", "vorbis", "pcm_s16le");
    private static final FfmpegCapabilities FULL =
            capabilities(new LibraryVersion(62, 12), Set.of("libx264", "libopenh264", "aac"), DECODERS);

    @Test
    void copyingBeatsTheClientsOrder() {
        assertThat(plan(FULL, PLAIN, VP8, H264).format().mimeType()).isEqualTo(H264);
        assertThat(plan(FULL, PLAIN, H264, MP4_AAC).format().mimeType()).isEqualTo(MP4_AAC);
    }

    @Test
    void amongOffersOfEqualCostTheClientsOrderDecides() {
        assertThat(plan(FULL, PLAIN, VP9, VP8).format().mimeType()).isEqualTo(VP9);
        assertThat(plan(FULL, PLAIN, VP8, VP9).format().mimeType()).isEqualTo(VP8);
    }

    @Test
    void plainRtmpCopiesH264AndAacAndTranscodesTheRest() {
        StreamPlan h264 = plan(FULL, PLAIN, H264);
        assertThat(h264.video()).isEqualTo(COPY);
        assertThat(h264.audio()).isEqualTo(TRANSCODE);
        StreamPlan vp8 = plan(FULL, PLAIN, VP8);
        assertThat(vp8.video()).isEqualTo(TRANSCODE);
        assertThat(plan(FULL, PLAIN, MP4_AAC).audio()).isEqualTo(COPY);
    }

    @Test
    void enhancedRtmpCopiesWhatThisFfmpegCanMux() {
        assertThat(plan(FULL, ENHANCED, VP9).video()).isEqualTo(COPY);
        assertThat(plan(FULL, ENHANCED, VP9).audio()).isEqualTo(COPY);
        assertThat(plan(FULL, ENHANCED, VP8).video()).as("FLV cannot carry VP8").isEqualTo(TRANSCODE);

        FfmpegCapabilities ffmpeg6 = capabilities(new LibraryVersion(60, 16), Set.of("libx264", "aac"), DECODERS);
        assertThat(plan(ffmpeg6, ENHANCED, VP9).video()).isEqualTo(COPY);
        assertThat(plan(ffmpeg6, ENHANCED, VP9).audio()).isEqualTo(TRANSCODE);

        FfmpegCapabilities ffmpeg5 = capabilities(new LibraryVersion(59, 27), Set.of("libx264", "aac"), DECODERS);
        assertThat(plan(ffmpeg5, ENHANCED, VP9).video()).isEqualTo(TRANSCODE);
    }

    @Test
    void eachOutputIsPlannedSeparatelyAndTheClientIsToldOfAnyTranscoding() {
        StreamPlan plan = new StreamPlanner(FULL)
                .plan(offers(VP9), List.of(ENHANCED, HLS), null, null)
                .orElseThrow();
        assertThat(plan.outputs().get(0).video()).isEqualTo(COPY);
        assertThat(plan.outputs().get(0).audio()).isEqualTo(COPY);
        assertThat(plan.outputs().get(1).video()).isEqualTo(TRANSCODE);
        assertThat(plan.outputs().get(1).audio()).isEqualTo(TRANSCODE);
        assertThat(plan.video()).isEqualTo(TRANSCODE);
        assertThat(plan.workingDirectory()).hasValue(Path.of("/tmp/x"));
    }

    @Test
    void unspecifiedCodecsAreTranscoded() {
        StreamPlan plan = plan(FULL, PLAIN, "video/webm");
        assertThat(plan.video()).isEqualTo(TRANSCODE);
        assertThat(plan.audio()).isEqualTo(TRANSCODE);
        assertThat(plan(FULL, PLAIN, "video/webm;codecs=h264").video()).isEqualTo(COPY);
    }

    @Test
    void anAudioOnlyOfferHasNoVideoAndIsNotPreferredToOneWithVideo() {
        StreamPlan audio = plan(FULL, PLAIN, "audio/webm;codecs=opus");
        assertThat(audio.video()).isNull();
        assertThat(audio.audio()).isEqualTo(TRANSCODE);
        assertThat(plan(FULL, PLAIN, VP8, "audio/webm;codecs=opus").format().mimeType())
                .isEqualTo(VP8);
    }

    @Test
    void withoutLibx264TheOtherEncoderIsUsed() {
        FfmpegCapabilities free = capabilities(new LibraryVersion(62, 12), Set.of("libopenh264", "aac"), DECODERS);
        assertThat(plan(free, PLAIN, VP8).encoding().h264()).isEqualTo(H264Encoder.LIBOPENH264);
    }

    @Test
    void unworkableOffersAreRefusedWithAReasonEach() {
        FfmpegCapabilities poor = capabilities(new LibraryVersion(59, 27), Set.of("aac"), Set.of("opus", "vp8", "av1"));
        Failure failure = refusal(poor, PLAIN, VP8, "video/webm;codecs=av01.0.04M.08,opus");
        assertThat(failure.code()).isEqualTo(FailureCode.UNSUPPORTED_OFFER);
        assertThat(failure.message())
                .contains("WebM with VP8 and Opus: its video must be transcoded to H.264")
                .contains("WebM with AV1 and Opus: this FFmpeg cannot decode AV1")
                .contains("accepts WebM, Matroska or MP4 with H.264 video and AAC, Opus, MP3 audio");
        assertThat(plan(poor, PLAIN, VP8, H264).format().mimeType()).isEqualTo(H264);
        assertThat(refusal(FULL, PLAIN).message()).contains("No media type was offered");
    }

    @Test
    void anFfmpegThatCannotWriteToTheOutputIsReportedAsUnavailable() {
        FfmpegCapabilities unknown = new FfmpegCapabilities(
                "7.1-standin", new LibraryVersion(0, 0), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of());
        Failure failure = refusal(unknown, new RtmpOutput("rtmps://host/app/key", false), H264);
        assertThat(failure.code()).isEqualTo(FailureCode.FFMPEG_UNAVAILABLE);
        assertThat(failure.message()).contains("the protocol rtmps").doesNotContain("key");
    }

    @Test
    void settingsAreUsedWithinLimits() {
        StreamPlan plan = new StreamPlanner(FULL)
                .plan(
                        offers(VP8),
                        List.of(PLAIN),
                        new VideoSettings(1280, 720, 25.0, 4_000_000),
                        new AudioSettings(48_000, 2, 192_000))
                .orElseThrow();
        assertThat(plan.encoding().frameRate()).isEqualTo(25);
        assertThat(plan.videoBitsPerSecond()).isEqualTo(4_000_000);
        assertThat(plan.audioBitsPerSecond()).isEqualTo(192_000);
        for (double rate : new double[] {Double.NaN, -1, 0, 1e-9}) {
            assertThat(withVideo(new VideoSettings(null, null, rate, 1))
                            .encoding()
                            .frameRate())
                    .isEqualTo(30);
        }
        assertThat(withVideo(new VideoSettings(null, null, 1000.0, 1))
                        .encoding()
                        .frameRate())
                .isEqualTo(60);
        assertThat(withVideo(new VideoSettings(null, null, null, 1)).videoBitsPerSecond())
                .isEqualTo(100_000);
        assertThat(withVideo(new VideoSettings(null, null, null, 1_000_000_000)).videoBitsPerSecond())
                .isEqualTo(20_000_000);
        assertThat(plan(FULL, PLAIN, VP8).videoBitsPerSecond()).isEqualTo(2_500_000);
    }

    @Test
    void realFfmpegsCanDoEverythingABrowserRecords() {
        for (RealFfmpeg real : RealFfmpeg.both()) {
            for (String offer :
                    List.of(VP8, VP9, H264, MP4_AAC, "video/webm;codecs=av1,opus", "video/webm;codecs=vp8,pcm")) {
                assertThat(plan(real.get().capabilities(), PLAIN, offer)
                                .format()
                                .mimeType())
                        .isEqualTo(offer);
                assertThat(plan(real.get().capabilities(), HLS, offer).format().mimeType())
                        .isEqualTo(offer);
            }
        }
    }

    private static StreamPlan withVideo(VideoSettings video) {
        return new StreamPlanner(FULL)
                .plan(offers(VP8), List.of(PLAIN), video, null)
                .orElseThrow();
    }

    private static StreamPlan plan(FfmpegCapabilities ffmpeg, Output output, String... offers) {
        return new StreamPlanner(ffmpeg)
                .plan(offers(offers), List.of(output), null, null)
                .orElseThrow();
    }

    private static Failure refusal(FfmpegCapabilities ffmpeg, Output output, String... offers) {
        Result<StreamPlan> plan = new StreamPlanner(ffmpeg).plan(offers(offers), List.of(output), null, null);
        return plan.fold(
                made -> {
                    throw new AssertionError("planned: " + made);
                },
                failure -> failure);
    }

    private static List<MediaFormat> offers(String... mimeTypes) {
        return Arrays.stream(mimeTypes)
                .map(type -> MediaFormat.parse(type).orElseThrow())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "66, 8, 1, false, COPY",
        "77, 8, 1, false, COPY",
        "100, 8, 1, false, COPY",
        "-1, 0, -1, false, COPY",
        "100, 8, 1, true, TRANSCODE",
        "100, 8, 2, false, TRANSCODE",
        "110, 10, 1, false, TRANSCODE",
        "122, 8, 2, false, TRANSCODE",
        "244, 8, 3, false, TRANSCODE"
    })
    void aPictureThatPlatformsDoNotPlayIsTranscoded(
            int profile, int depth, int chroma, boolean turned, TrackHandling expected) {
        MediaDetails header = new MediaDetails(Optional.of(video(profile, depth, chroma, turned)), Optional.empty());
        assertThat(planOf(MP4_AAC, PLAIN, header).video()).isEqualTo(expected);
        assertThat(planOf(MP4_AAC, HLS, header).video()).isEqualTo(expected);

        StreamPlan announced = plan(FULL, PLAIN, MP4_AAC);
        assertThat(announced.video()).isEqualTo(COPY);
        StreamPlan again = new StreamPlanner(FULL)
                .replan(announced, announced.format(), header)
                .orElseThrow();
        assertThat(again.video()).isEqualTo(expected);
        assertThat(again.encoding().source()).isEqualTo(header);
    }

    @ParameterizedTest
    @CsvSource({
        "mp4a, 2, 48000, 2, COPY",
        "mp4a, 1, 44100, 2, COPY",
        "mp4a, 0, 0, 0, COPY",
        "mp4a, 6, 48000, 2, TRANSCODE",
        "mp4a, 2, 96000, 2, TRANSCODE",
        "mp4a, 2, 24000, 5, TRANSCODE",
        "mp3, 2, 44100, 0, COPY",
        "mp3, 2, 48000, 0, COPY",
        "mp3, 1, 32000, 0, TRANSCODE",
        "mp3, 1, 24000, 0, TRANSCODE"
    })
    void soundThatPlatformsDoNotPlayIsTranscoded(
            String codec, int channels, int rate, int objectType, TrackHandling expected) {
        MediaDetails header =
                new MediaDetails(Optional.empty(), Optional.of(new AudioDetails(channels, rate, objectType)));
        assertThat(planOf("video/mp4;codecs=\"avc1," + codec + "\"", PLAIN, header)
                        .audio())
                .isEqualTo(expected);
    }

    @Test
    void tenBitsAreCopiedByEnhancedRtmp() {
        MediaDetails header = new MediaDetails(Optional.of(video(2, 10, 1, false)), Optional.empty());
        assertThat(planOf("video/mp4;codecs=\"hvc1,mp4a\"", ENHANCED, header).video())
                .isEqualTo(COPY);
        assertThat(planOf("video/mp4;codecs=\"hvc1,mp4a\"", PLAIN, header).video())
                .isEqualTo(TRANSCODE);
    }

    @Test
    void aCodecThatWasNotAnnouncedIsCopiedOnceTheHeaderNamesIt() {
        StreamPlan announced = plan(FULL, PLAIN, "video/webm");
        assertThat(announced.video()).isEqualTo(TRANSCODE);
        StreamPlan again = new StreamPlanner(FULL)
                .replan(announced, MediaFormat.parse(H264).orElseThrow(), MediaDetails.UNKNOWN)
                .orElseThrow();
        assertThat(again.video()).isEqualTo(COPY);
        assertThat(again.format().mimeType()).isEqualTo("video/webm");
    }

    @Test
    void theHeadersFrameRateIsExpected() {
        MediaDetails header = new MediaDetails(
                Optional.of(new VideoDetails(0, 0, false, -1, 0, -1, Transfer.UNKNOWN, Reordering.NONE, 50)),
                Optional.empty());
        assertThat(planOf(VP8, PLAIN, header).encoding().frameRate()).isEqualTo(50);
    }

    private static VideoDetails video(int profile, int depth, int chroma, boolean turned) {
        return new VideoDetails(320, 180, turned, profile, depth, chroma, Transfer.UNKNOWN, Reordering.DECLARED, 0);
    }

    private static StreamPlan planOf(String type, Output output, MediaDetails header) {
        return new StreamPlanner(FULL)
                .plan(offers(type), List.of(output), null, null, header)
                .orElseThrow();
    }

    private static FfmpegCapabilities capabilities(
            LibraryVersion libavformat, Set<String> encoders, Set<String> decoders) {
        return new FfmpegCapabilities(
                "test",
                libavformat,
                encoders,
                decoders,
                Set.of("flv", "hls"),
                Set.of("matroska", "mov"),
                Set.of("rtmp", "rtmps"),
                Set.of("zscale", "tonemap"));
    }
}
