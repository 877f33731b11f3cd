package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.IrregularMedia;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.harness.Tool;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Media that is sound but not usual, from a plain client at its own pace, through both FFmpegs to a real receiver: what
 * arrives there is compared with what is right.
 */
final class IrregularMediaTest {

    private static final Duration LIMIT = Duration.ofSeconds(100);

    @RegisterExtension
    final Stage stage = new Stage();

    /**
     * An input and what is right at the receiver.
     *
     * @param pictures how many arrive
     * @param gap the longest distance between two of them, in seconds
     * @param keys the longest distance between two key frames, in seconds; of what is copied it is the sender's
     * @param video codec, profile, format, size and transfer as ffprobe names them
     * @param audio codec, profile, rate and channels as ffprobe names them; empty if there is none
     * @param silence how long before the pictures the sound ends, in seconds
     */
    private record Row(
            String name,
            Recording input,
            int pictures,
            double gap,
            double keys,
            String video,
            String audio,
            double silence) {

        Row(String name, Recording input, int pictures, double gap, double keys, String video, String audio) {
            this(name, input, pictures, gap, keys, video, audio, 0);
        }
    }

    private List<Row> rows() {
        String tone = " -f lavfi -i sine=r=48000 ";
        String opus = " -c:a libopus -b:a 32k ";
        String vp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -g 60";
        String avc = "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -g 30 ";
        String avcAt30 = "-f lavfi -i testsrc2=s=320x180:r=30" + tone + avc;
        String same = "h264,Constrained Baseline,320,180,yuv420p,unknown";
        String encoded = "h264,High,320,180,yuv420p,unknown";
        String opusAsAac = "aac,LC,48000,1";
        byte[] tags = withTags(made("tags", "mkv", 3, avcAt30 + opus), 70_000);
        return List.of(
                new Row(
                        "fps60-vp8",
                        made("fps60", "webm", 3, "-f lavfi -i testsrc2=s=320x180:r=60" + tone + vp8 + opus),
                        180,
                        0.018,
                        2.02,
                        encoded,
                        opusAsAac),
                new Row(
                        "fps25-vp8",
                        made("fps25", "webm", 3, "-f lavfi -i testsrc2=s=320x180:r=25" + tone + vp8 + opus),
                        75,
                        0.041,
                        2.02,
                        encoded,
                        opusAsAac),
                new Row(
                        "fps5-vp8",
                        made("fps5", "webm", 5, "-f lavfi -i testsrc2=s=320x180:r=5" + tone + vp8 + opus),
                        25,
                        0.201,
                        2.01,
                        encoded,
                        opusAsAac),
                new Row(
                        "still-vp8: one picture for four seconds, then motion",
                        made(
                                "still",
                                "webm",
                                6,
                                "-f lavfi -i testsrc2=s=320x180:r=15" + tone
                                        + "-vsync vfr -vf select='lt(t,1)+gte(t,5)' " + vp8 + opus),
                        30,
                        4.1,
                        5.01,
                        encoded,
                        opusAsAac),
                new Row(
                        "h264-444",
                        made(
                                "h444",
                                "mkv",
                                3,
                                "-f lavfi -i testsrc2=s=320x180:r=30" + tone
                                        + "-c:v libx264 -preset ultrafast -pix_fmt yuv444p -g 30" + opus),
                        90,
                        0.034,
                        2.02,
                        encoded,
                        opusAsAac),
                new Row(
                        "h264-high10",
                        made(
                                "high10",
                                "mp4",
                                3,
                                "-f lavfi -i testsrc2=s=320x180:r=30" + tone
                                        + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -g 15 -c:a aac"),
                        90,
                        0.067,
                        2.08,
                        encoded,
                        opusAsAac),
                new Row(
                        "aac51",
                        made("aac51", "mkv", 3, avcAt30 + "-c:a aac -ac 6"),
                        90,
                        0.034,
                        1.01,
                        same,
                        "aac,LC,48000,2"),
                new Row(
                        "aac-96000",
                        made("aac96", "mp4", 3, avcAt30 + "-c:a aac -ar 96000"),
                        90,
                        0.034,
                        1.01,
                        same,
                        opusAsAac),
                new Row(
                        "mp3-32000",
                        made("mp3", "mkv", 3, avcAt30 + "-c:a libmp3lame -ar 32000"),
                        90,
                        0.034,
                        1.01,
                        same,
                        opusAsAac),
                new Row(
                        "pcm-u8",
                        made("pcmu8", "mkv", 3, avcAt30 + "-c:a pcm_u8 -ar 11025"),
                        90,
                        0.034,
                        1.01,
                        same,
                        opusAsAac),
                new Row(
                        "pcm-s32be",
                        made("pcms32", "mkv", 3, avcAt30 + "-c:a pcm_s32be"),
                        90,
                        0.034,
                        1.01,
                        same,
                        opusAsAac),
                new Row(
                        "pcm-f64",
                        made("pcmf64", "mkv", 3, avcAt30 + "-c:a pcm_f64le"),
                        90,
                        0.034,
                        1.01,
                        same,
                        opusAsAac),
                new Row(
                        "hevc-hlg",
                        made(
                                "hlg",
                                "mp4",
                                3,
                                "-f lavfi -i testsrc2=s=320x180:r=30" + tone
                                        + "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -g 15"
                                        + " -x265-params log-level=0:transfer=18:colorprim=9:colormatrix=9:bframes=0"
                                        + " -c:a aac"),
                        90,
                        0.034,
                        2.02,
                        "h264,High,320,180,yuv420p,bt709",
                        opusAsAac),
                new Row(
                        "mp4-rotated",
                        turned(avcAt30),
                        90,
                        0.034,
                        2.02,
                        "h264,High,180,320,yuv420p,unknown",
                        opusAsAac),
                new Row(
                        "webm-rolled",
                        IrregularMedia.recorded("webm-roll90-h264.webm"),
                        45,
                        0.034,
                        2.02,
                        "h264,High,240,320,yuv420p,unknown",
                        opusAsAac),
                new Row(
                        "sizes change: letterboxed",
                        IrregularMedia.recorded("rotate-vp8.mkv"),
                        180,
                        0.034,
                        2.02,
                        encoded,
                        opusAsAac),
                new Row(
                        "bframes without reorder information",
                        IrregularMedia.recorded("bframes720-novui.mkv"),
                        37,
                        0.034,
                        2.02,
                        "h264,High,1280,720,yuv420p,unknown",
                        opusAsAac),
                new Row(
                        "browser H.264 in small pictures",
                        IrregularMedia.recorded("c-micends-h264.webm"),
                        116,
                        0.13,
                        3.6,
                        "h264,Constrained Baseline,640,360,yuvj420p,iec61966-2-1",
                        "aac,LC,48000,2",
                        1),
                new Row(
                        "70 kB of tags first",
                        IrregularMedia.paced(stage.directory("media").resolve("tags.mkv"), tags, 3),
                        90,
                        0.034,
                        1.01,
                        same,
                        opusAsAac));
    }

    @TestFactory
    Stream<DynamicTest> arrivesRightThroughBothFfmpegs() {
        List<Row> rows = rows();
        NginxReceiver nginx = stage.nginx();
        List<Callable<DynamicTest>> work = new ArrayList<>();
        for (boolean bundled : new boolean[] {false, true}) {
            GatewayProcess.Launch launch = stage.gateway(
                    "--publish", nginx.publishUrl(), "--max-cpu-percent", "100000", "--min-free-memory", "0");
            GatewayProcess gateway =
                    (bundled ? launch.env("PATH", stage.directory("nothing").toString()) : launch).start();
            for (Row row : rows) {
                String key = stage.key("r" + rows.indexOf(row) + (bundled ? "bundled" : "path"));
                work.add(() -> sent(gateway, nginx, key, row, bundled ? "bundled" : "5.1"));
            }
        }
        return Together.doAll(LIMIT, work).stream();
    }

    private static DynamicTest sent(GatewayProcess gateway, NginxReceiver nginx, String key, Row row, String ffmpeg) {
        String said;
        Publisher publisher = gateway.connect(Publisher.plain(key, null));
        try {
            publisher.send(row.input(), Pace.ITS_OWN).leave();
            said = publisher.heard().toString();
        } catch (AssertionError e) {
            return dynamicTest(row.name() + ", " + ffmpeg, () -> {
                throw e;
            });
        }
        String heard = said;
        Path file = nginx.recording(key);
        return dynamicTest(row.name() + ", " + ffmpeg, () -> assertRight(row, file, heard));
    }

    private static void assertRight(Row row, Path file, String heard) {
        List<String> streams = probe(
                file, "stream=codec_name,profile,width,height,pix_fmt,color_transfer,sample_rate,channels", "v", "a");
        assertThat(streams).as(heard).containsExactly(row.video(), row.audio());
        List<double[]> pictures = packets(file, "v");
        double[] shown = pictures.stream().mapToDouble(p -> p[0]).sorted().toArray();
        double[] decoded = pictures.stream().mapToDouble(p -> p[1]).toArray();
        double[] keys =
                pictures.stream().filter(p -> p[2] == 1).mapToDouble(p -> p[0]).toArray();
        assertThat(shown).hasSize(row.pictures());
        assertThat(gap(shown)).isLessThanOrEqualTo(row.gap());
        for (int i = 1; i < decoded.length; i++) {
            assertThat(decoded[i]).as("decoding time of picture %d", i).isGreaterThan(decoded[i - 1]);
        }
        assertThat(gap(keys))
                .as("between key frames at %s", Arrays.toString(keys))
                .isLessThanOrEqualTo(row.keys());
        assertThat(keys.length).as("key frames").isLessThanOrEqualTo((int) (shown[shown.length - 1] - shown[0]) + 2);
        double[] sound = packets(file, "a").stream().mapToDouble(p -> p[0]).toArray();
        assertThat(gap(sound)).as("sound").isLessThanOrEqualTo(0.1);
        assertThat(sound[0]).as("sound begins with the picture").isCloseTo(shown[0], within(0.15));
        assertThat(sound[sound.length - 1])
                .as("sound ends with the picture")
                .isCloseTo(shown[shown.length - 1] - row.silence(), within(0.3));
        assertThat(Tool.FFMPEG
                        .run(LIMIT, "-v", "error", "-i", file.toString(), "-f", "null", "-")
                        .err())
                .isEmpty();
    }

    private static double gap(double[] times) {
        double longest = 0;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        // RTMP's timestamps are milliseconds.
        return Math.round(longest * 1_000) / 1_000.0;
    }

    /** Presentation time, decoding time, and 1 for a key frame. */
    private static List<double[]> packets(Path file, String stream) {
        return probe(file, "packet=pts_time,dts_time,flags", stream).stream()
                .map(line -> line.split(",", -1))
                .map(f ->
                        new double[] {Double.parseDouble(f[0]), Double.parseDouble(f[1]), f[2].startsWith("K") ? 1 : 0})
                .toList();
    }

    private static List<String> probe(Path file, String entries, String... streams) {
        List<String> lines = new ArrayList<>();
        for (String stream : streams) {
            Tool.Run run = Tool.FFPROBE.run(
                    LIMIT,
                    "-v",
                    "error",
                    "-select_streams",
                    stream,
                    "-show_entries",
                    entries,
                    "-of",
                    "csv=p=0",
                    file.toString());
            run.out().lines().filter(line -> !line.isBlank()).forEach(lines::add);
        }
        return lines;
    }

    private Recording made(String name, String container, int seconds, String arguments) {
        return IrregularMedia.made(stage.directory("media").resolve(name + "." + container), seconds, arguments);
    }

    /** The matrix of an MP4 track, overwritten: a quarter of a turn. */
    private Recording turned(String arguments) {
        Recording upright = made("turned", "mp4", 3, arguments + "-g 15 -c:a aac");
        byte[] media = new byte[upright.bytes().remaining()];
        upright.bytes().duplicate().get(media);
        String text = new String(media, StandardCharsets.ISO_8859_1);
        ByteBuffer matrix = ByteBuffer.wrap(media, text.indexOf("tkhd") + 44, 36);
        matrix.putInt(0).putInt(1 << 16).putInt(0).putInt(-1 << 16).putInt(0).putInt(0);
        return IrregularMedia.paced(upright.file(), media, 3);
    }

    /** The recording with a Tags element of this many bytes before its tracks. */
    private static byte[] withTags(Recording recording, int bytes) {
        byte[] media = new byte[recording.bytes().remaining()];
        recording.bytes().duplicate().get(media);
        int tracks = new String(media, StandardCharsets.ISO_8859_1).lastIndexOf("\u0016T\u00aek");
        byte[] tags = new byte[bytes];
        // Tags, of a size in four bytes, with one Void of the rest.
        ByteBuffer.wrap(tags)
                .putInt(0x1254c367)
                .putInt(0x10000000 | (bytes - 8))
                .put((byte) 0xec)
                .putInt(0x10000000 | (bytes - 13));
        return ByteBuffer.allocate(media.length + bytes)
                .put(media, 0, tracks)
                .put(tags)
                .put(media, tracks, media.length - tracks)
                .array();
    }
}
