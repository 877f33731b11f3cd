package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.gateway.media.container.MediaDetails.Transfer;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.Output.HlsOutput;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.TrackHandling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs two real FFmpegs on real recordings and checks every packet of their output. */
class FfmpegCommandTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final FfmpegCommand.Settings SETTINGS =
            new FfmpegCommand.Settings(TIMEOUT, FfmpegLimits.defaults().maxPixels(), false);

    @TempDir
    private Path directory;

    static Stream<Arguments> recordings() {
        return RealFfmpeg.both().stream()
                .flatMap(ffmpeg -> Stream.of(
                        Arguments.of(ffmpeg, "webm-h264-opus.webm", "video/x-matroska;codecs=avc1,opus", 270, 9.0),
                        Arguments.of(
                                ffmpeg, "webm-h264-opus-1bytefirst.webm", "video/webm;codecs=h264,opus", 260, 8.86),
                        Arguments.of(ffmpeg, "webm-h264-opus-2500k.webm", "video/webm;codecs=h264,opus", 254, 8.47),
                        Arguments.of(ffmpeg, "webm-h264-videoonly.webm", "video/webm;codecs=h264", 270, 9.0),
                        Arguments.of(ffmpeg, "webm-opus-audioonly.webm", "audio/webm;codecs=opus", 0, 9.0),
                        Arguments.of(ffmpeg, "webm-vp8-opus.webm", "video/webm;codecs=vp8,opus", 270, 9.0),
                        Arguments.of(ffmpeg, "webm-vp9-opus.webm", "video/webm;codecs=vp9,opus", 270, 9.0),
                        Arguments.of(ffmpeg, "webm-av1-opus.webm", "video/webm", 270, 9.0),
                        Arguments.of(ffmpeg, "mp4-avc1-opus.mp4", "video/mp4;codecs=\"avc1.42E01F,opus\"", 270, 9.0),
                        Arguments.of(
                                ffmpeg,
                                "mp4-avc1-opus-defaultgop.mp4",
                                "video/mp4;codecs=\"avc1.640028,opus\"",
                                270,
                                9.0)));
    }

    @ParameterizedTest(name = "{1} by FFmpeg {0}")
    @MethodSource("recordings")
    void everyRecordingIsCompletelyWrittenAsFlv(
            RealFfmpeg real, String fixture, String type, int frames, double seconds) {
        StreamPlan plan = plan(real, type, new RtmpOutput("rtmp://host/app/key", false));
        Path file = directory.resolve("out.flv");

        RealFfmpeg.Run run = real.run(intoFile(real, plan, file), directory, RealFfmpeg.fixture(fixture));

        assertThat(run.exitCode()).as(run.stderr()).isZero();
        boolean hasAudio = !fixture.contains("videoonly");
        List<String> codecs = new ArrayList<>(RealFfmpeg.ffprobe(file, "-show_entries", "stream=codec_name"));
        assertThat(codecs).hasSize((frames > 0 ? 1 : 0) + (hasAudio ? 1 : 0));
        assertThat(codecs).isSubsetOf("h264", "aac");
        if (frames > 0) {
            assertVideo(file, frames, seconds, plan.video() == TrackHandling.TRANSCODE);
        }
        if (hasAudio) {
            List<Packet> audio = packets(file, "a:0");
            assertThat(audio.get(0).time()).isCloseTo(0, within(0.1));
            assertThat(audio.get(audio.size() - 1).time()).isCloseTo(seconds, within(0.1));
            assertThat(RealFfmpeg.ffprobe(file, "-select_streams", "a", "-show_entries", "stream=sample_rate,channels"))
                    .containsExactly("48000,1");
        }
        assertDecodes(file);
    }

    private static void assertVideo(Path file, int frames, double seconds, boolean transcoded) {
        List<Packet> video = packets(file, "v:0");
        assertThat(video.size()).isCloseTo(frames, within(transcoded ? 2 : 0));
        assertThat(video.get(0).time()).isCloseTo(0, within(0.1));
        assertThat(video.get(0).key()).isTrue();
        assertThat(video.get(video.size() - 1).time()).isCloseTo(seconds, within(0.1));
        assertThat(video).extracting(Packet::time).isSorted();
        if (transcoded) {
            List<Double> keys =
                    video.stream().filter(Packet::key).map(Packet::time).toList();
            for (int i = 1; i < keys.size(); i++) {
                assertThat(keys.get(i) - keys.get(i - 1)).isLessThanOrEqualTo(2.04);
            }
            long bits = video.stream().mapToLong(Packet::bytes).sum() * 8;
            assertThat(bits / seconds).as("bits per second").isBetween(700_000.0, 2_700_000.0);
        }
    }

    static List<RealFfmpeg> ffmpegs() {
        return RealFfmpeg.both();
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void hlsIsAPlaylistOfShortSegmentsInTheWorkingDirectory(RealFfmpeg real) throws Exception {
        for (String fixture : List.of("webm-h264-opus.webm", "webm-vp8-opus.webm", "mp4-avc1-opus.mp4")) {
            Path work = Files.createDirectory(directory.resolve("%d 100% " + fixture));
            String codec = fixture.contains("vp8") ? "vp8" : "h264";
            String type = (fixture.endsWith("mp4") ? "video/mp4" : "video/webm") + ";codecs=" + codec + ",opus";
            StreamPlan plan = plan(real, type, new HlsOutput(work));

            List<String> command = FfmpegCommand.of(real.get(), plan, SETTINGS).arguments();
            RealFfmpeg.Run run = real.run(command, plan.workingDirectory().orElseThrow(), RealFfmpeg.fixture(fixture));

            assertThat(run.exitCode()).as(run.stderr()).isZero();
            List<String> playlist = Files.readAllLines(work.resolve("index.m3u8"));
            assertThat(playlist).contains("#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-ENDLIST");
            assertThat(playlist.stream()
                            .filter(l -> l.startsWith("#EXTINF:"))
                            .map(l -> Double.parseDouble(l.substring(8, l.length() - 1))))
                    .isNotEmpty()
                    .allMatch(length -> length <= 2.2);
            Path all = directory.resolve(fixture + ".ts");
            for (String name : playlist.stream().filter(l -> !l.startsWith("#")).toList()) {
                byte[] segment = Files.readAllBytes(work.resolve(name));
                Files.write(all, segment, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            assertThat(RealFfmpeg.ffprobe(all, "-show_entries", "stream=codec_name"))
                    .contains("h264", "aac");
            assertDecodes(all);
        }
    }

    @Test
    void enhancedRtmpIsCopiedWhileThePreviewIsTranscoded() throws Exception {
        RealFfmpeg real = RealFfmpeg.BUNDLED;
        Path work = Files.createDirectory(directory.resolve("hls"));
        for (String codec : List.of("vp9", "av1")) {
            StreamPlan plan = new StreamPlanner(real.get().capabilities())
                    .plan(
                            List.of(MediaFormat.parse("video/webm;codecs=" + codec + ",opus")
                                    .orElseThrow()),
                            List.of(new RtmpOutput("rtmp://host/app/key", true), new HlsOutput(work)),
                            null,
                            null)
                    .orElseThrow();
            Path file = directory.resolve(codec + ".flv");
            RealFfmpeg.Run run =
                    real.run(intoFile(real, plan, file), work, RealFfmpeg.fixture("webm-" + codec + "-opus.webm"));
            assertThat(run.exitCode()).as(run.stderr()).isZero();
            assertThat(RealFfmpeg.ffprobe(file, "-show_entries", "stream=codec_name"))
                    .contains(codec, "opus");
            assertThat(packets(file, "v:0")).hasSize(270);
            assertThat(work.resolve("index.m3u8")).exists();
        }
    }

    @Test
    void theEncoderWithoutGplWorks() {
        RealFfmpeg real = RealFfmpeg.BUNDLED;
        FfmpegCapabilities all = real.get().capabilities();
        FfmpegCapabilities free = new FfmpegCapabilities(
                all.version(),
                all.libavformat(),
                Set.of("libopenh264", "aac"),
                all.decoders(),
                all.muxers(),
                all.demuxers(),
                all.outputProtocols(),
                all.filters());
        StreamPlan plan = new StreamPlanner(free)
                .plan(
                        List.of(MediaFormat.parse("video/webm;codecs=vp8,opus").orElseThrow()),
                        List.of(new RtmpOutput("rtmp://host/app/key", false)),
                        null,
                        null)
                .orElseThrow();
        Path file = directory.resolve("out.flv");
        RealFfmpeg.Run run = real.run(intoFile(real, plan, file), directory, RealFfmpeg.fixture("webm-vp8-opus.webm"));
        assertThat(run.exitCode()).as(run.stderr()).isZero();
        assertVideo(file, 270, 9.0, true);
        assertDecodes(file);
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void anOddFrameSizeIsMadeEven(RealFfmpeg real) {
        List<String> make = List.of(
                real.get().executable().toString(),
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc=s=641x361:r=25:d=3",
                "-c:v",
                "libvpx",
                "-deadline",
                "realtime",
                "-y",
                directory.resolve("odd.webm").toString());
        assertThat(real.run(make, directory, new byte[0]).exitCode()).isZero();
        StreamPlan plan = plan(real, "video/webm;codecs=vp8", new RtmpOutput("rtmp://host/app/key", false));
        Path file = directory.resolve("odd.flv");
        RealFfmpeg.Run run = real.run(intoFile(real, plan, file), directory, bytes(directory.resolve("odd.webm")));
        assertThat(run.exitCode()).as(run.stderr()).isZero();
        assertThat(RealFfmpeg.ffprobe(file, "-show_entries", "stream=width,height"))
                .containsExactly("640,360");
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void anotherCodecThanAnnouncedIsDiagnosed(RealFfmpeg real) {
        StreamPlan plan = plan(real, "video/webm;codecs=h264,opus", new RtmpOutput("rtmp://host/app/key", false));
        RealFfmpeg.Run run = real.run(
                intoFile(real, plan, directory.resolve("x.flv")), directory, RealFfmpeg.fixture("webm-vp8-opus.webm"));
        StderrTail tail = new StderrTail(new Redactor(List.of(), List.of()));
        run.stderr().lines().forEach(tail::add);
        assertThat(FailureDiagnosis.of(run.exitCode(), tail, null, false)
                        .failure()
                        .orElseThrow()
                        .message())
                .contains("announced", "vp8 not compatible with flv");
    }

    /** Standard input stays open, as it does while a microphone is off. */
    @Test
    void aTrackThatStopsDoesNotHoldUpTheOtherInFfmpeg5() throws Exception {
        RealFfmpeg real = RealFfmpeg.ON_PATH;
        assumeThat(real.get().capabilities().encodesInOrder())
                .as("needs FFmpeg 5 on the PATH: apt-get install -y ffmpeg, on Debian 12")
                .isTrue();
        Path made = directory.resolve("stops.mkv");
        String arguments = "-v error -y -f lavfi -i testsrc2=s=320x180:r=30:d=6 -f lavfi -i sine=d=2 -c:v libx264"
                + " -preset ultrafast -tune zerolatency -g 30 -b:v 1M -c:a libopus -live 1 " + made;
        List<String> make = new ArrayList<>(List.of(real.get().executable().toString()));
        make.addAll(List.of(arguments.split(" ")));
        assertThat(real.run(make, directory, new byte[0]).exitCode()).isZero();
        StreamPlan plan = plan(real, "video/x-matroska;codecs=avc1,opus", new RtmpOutput("rtmp://host/app/key", false));
        Path file = directory.resolve("stops.flv");
        Process process = real.start(intoFile(real, plan, file), directory);
        try {
            process.getOutputStream().write(bytes(made));
            process.getOutputStream().flush();
            Awaitility.await("pictures after the end of the sound")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> newestVideoSeconds(file) > 3);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Reads the tags of an FLV file that is still being written; 0 if there is none. */
    private static double newestVideoSeconds(Path file) {
        ByteBuffer tags = ByteBuffer.wrap(Files.exists(file) ? bytes(file) : new byte[0]);
        double newest = 0;
        int at = 13;
        while (at + 11 <= tags.limit()) {
            if (tags.get(at) == 9) {
                newest = (tags.getInt(at + 4) >>> 8) / 1_000.0;
            }
            at += 15 + (tags.getInt(at) & 0xffffff);
        }
        return newest;
    }

    /** What the gateway does with an FFmpeg that has no filters for it: no player may take 8 bits for HDR. */
    @ParameterizedTest
    @MethodSource("ffmpegs")
    void withoutToneMappingHighDynamicRangeIsAtLeastLabelledAsStandard(RealFfmpeg real) {
        Path made = directory.resolve("pq.mkv");
        String arguments = "-v error -y -f lavfi -i testsrc2=s=320x180:r=30:d=1 -c:v libx265 -preset ultrafast"
                + " -x265-params log-level=0:transfer=16:colorprim=9:colormatrix=9 -pix_fmt yuv420p10le " + made;
        List<String> make = new ArrayList<>(List.of(real.get().executable().toString()));
        make.addAll(List.of(arguments.split(" ")));
        assertThat(real.run(make, directory, new byte[0]).exitCode()).isZero();
        VideoDetails video = new VideoDetails(320, 180, false, 2, 10, 1, Transfer.PQ, Reordering.DECLARED, 30);
        StreamPlan mapped = new StreamPlanner(real.get().capabilities())
                .plan(
                        List.of(MediaFormat.parse("video/x-matroska;codecs=hvc1")
                                .orElseThrow()),
                        List.of(new RtmpOutput("rtmp://host/app/key", false)),
                        null,
                        null,
                        new MediaDetails(Optional.of(video), Optional.empty()))
                .orElseThrow();
        assertThat(mapped.encoding().mapsTones()).isTrue();
        StreamPlan.Encoding e = mapped.encoding();
        StreamPlan labelled = new StreamPlan(
                mapped.format(),
                mapped.outputs(),
                new StreamPlan.Encoding(
                        e.h264(), e.frameRate(), e.videoBitsPerSecond(), e.audioBitsPerSecond(), e.source(), false));
        for (StreamPlan plan : List.of(mapped, labelled)) {
            Path file = directory.resolve("pq" + plan.encoding().mapsTones() + ".flv");
            RealFfmpeg.Run run = real.run(intoFile(real, plan, file), directory, bytes(made));
            assertThat(run.exitCode()).as(run.stderr()).isZero();
            assertThat(RealFfmpeg.ffprobe(
                            file,
                            "-select_streams",
                            "v",
                            "-show_entries",
                            "stream=pix_fmt,color_transfer,color_primaries,color_space"))
                    .containsExactly("yuv420p,bt709,bt709,bt709");
            assertThat(packets(file, "v:0")).hasSize(30);
        }
    }

    private static StreamPlan plan(RealFfmpeg real, String type, Output output) {
        return new StreamPlanner(real.get().capabilities())
                .plan(List.of(MediaFormat.parse(type).orElseThrow()), List.of(output), null, null)
                .orElseThrow();
    }

    /** The real command with a file as its output: RTMP options are removed. */
    private static List<String> intoFile(RealFfmpeg real, StreamPlan plan, Path file) {
        List<String> command =
                new ArrayList<>(FfmpegCommand.of(real.get(), plan, SETTINGS).arguments());
        for (String option : List.of("-rw_timeout", "-tcp_nodelay")) {
            int at = command.indexOf(option);
            command.subList(at, at + 2).clear();
        }
        command.set(command.indexOf("rtmp,tcp"), "file");
        command.set(command.indexOf("rtmp://host/app/key"), file.toString());
        return command;
    }

    private record Packet(double time, long bytes, boolean key) {}

    private static List<Packet> packets(Path file, String stream) {
        return RealFfmpeg.ffprobe(file, "-select_streams", stream, "-show_entries", "packet=pts_time,size,flags")
                .stream()
                .map(line -> line.split(",", -1))
                .map(f -> new Packet(
                        Double.parseDouble(f[0]),
                        Long.parseLong(f[1]),
                        f[2].toUpperCase(Locale.ROOT).contains("K")))
                .toList();
    }

    private static void assertDecodes(Path file) {
        RealFfmpeg bundled = RealFfmpeg.BUNDLED;
        List<String> command = List.of(
                bundled.get().executable().toString(),
                "-v",
                "error",
                "-nostdin",
                "-i",
                file.toString(),
                "-f",
                "null",
                "-");
        RealFfmpeg.Run run = bundled.run(command, Path.of("."), new byte[0]);
        assertThat(run.stderr()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
