package io.sluice.gateway.media.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.run.RealFfmpeg;
import io.sluice.gateway.media.container.MediaDetails.AudioDetails;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the header says of the tracks, in files that FFmpeg writes here. */
class MediaDetailsTest {

    private static final String PICTURE = "testsrc2=s=322x180:r=25:d=0.2";

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            mkv | -c:v libx264 -profile:v baseline -pix_fmt yuv420p      | 322x180 false  66  8 1 UNKNOWN NONE 25
            mkv | -c:v libx264 -profile:v high -bf 0 -pix_fmt yuv420p    | 322x180 false 100  8 1 UNKNOWN NONE 25
            mkv | -c:v libx264 -profile:v high -bf 3 -pix_fmt yuv420p    | 322x180 false 100  8 1 UNKNOWN DECLARED 25
            mkv | -c:v libx264 -bf 3 -pix_fmt yuv420p10le                | 322x180 false 110 10 1 UNKNOWN DECLARED 25
            mkv | -c:v libx264 -bf 3 -pix_fmt yuv422p                    | 322x180 false 122  8 2 UNKNOWN DECLARED 25
            mkv | -c:v libx264 -pix_fmt yuv444p -x264-params cqm=jvt     | 322x180 false 244  8 3 UNKNOWN DECLARED 25
            mkv | -c:v libx264 -pix_fmt yuv420p10le -vf setparams=color_trc=smpte2084 | \
            322x180 false 110 10 1 PQ DECLARED 25
            mkv | -c:v libx264 -pix_fmt yuv420p -bf 2 -bsf:v filter_units=remove_types=6,setts=ts=TS | \
            322x180 false 100 8 1 UNKNOWN DECLARED 25
            mp4 | -c:v libx264 -pix_fmt yuv420p -vf setparams=color_trc=bt709 | \
            322x180 false 100  8 1 STANDARD DECLARED 0
            mp4 | -c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=0:transfer=18 | \
            322x180 false 2 10 1 HLG DECLARED 0
            mkv | -c:v libx265 -pix_fmt yuv422p12le -x265-params log-level=0:transfer=16:scaling-list=default | \
            322x180 false 4 12 2 PQ DECLARED 25
            webm| -c:v libvpx -deadline realtime                         | 322x180 false  -1 0 -1 UNKNOWN NONE 25
            mkv | -c:v libvpx -deadline realtime -aspect 1:1             | 180x180 false  -1 0 -1 UNKNOWN NONE 25
            mp4 | -c:v libx264 -pix_fmt yuv420p -vf setsar=1/2           | 161x180 false 100  8 1 UNKNOWN DECLARED 0
            mp4 | -c:v libvpx-vp9 -vf setparams=color_trc=bt709 -deadline realtime -cpu-used 8 | \
            322x180 false 0 8 1 STANDARD DECLARED 0
            mp4 | -c:v libaom-av1 -cpu-used 8 -usage realtime -pix_fmt yuv420p10le | \
            322x180 false 0 10 1 UNKNOWN DECLARED 0
            mkv | -c:v libaom-av1 -cpu-used 8 -usage realtime -vf setparams=color_trc=arib-std-b67 \
            -pix_fmt yuv420p10le | \
            322x180 false 0 10 1 HLG NONE 25
            """)
    void aVideoTrackIsDescribed(String container, String encoder, String expected) throws Exception {
        VideoDetails video = details(container, List.of("-f", "lavfi", "-i", PICTURE), encoder)
                .video()
                .orElseThrow();
        assertThat("%dx%d %s %d %d %d %s %s %.0f"
                        .formatted(
                                video.width(),
                                video.height(),
                                video.turned(),
                                video.profile(),
                                video.bitDepth(),
                                video.chroma(),
                                video.transfer(),
                                video.reordering(),
                                video.frameRate()))
                .isEqualTo(expected.replaceAll(" +", " "));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            mkv | -c:a aac -ac 6 -ar 44100         | 6 44100 2
            mp4 | -c:a aac -ac 2 -ar 96000         | 2 96000 2
            mp4 | -c:a aac -ac 1 -ar 16000         | 1 16000 2
            webm| -c:a libopus -ac 2               | 2 48000 0
            mp4 | -c:a libopus -ac 6 -mapping_family 1 | 6 48000 0
            mkv | -c:a libmp3lame -ac 1 -ar 32000  | 1 32000 0
            mkv | -c:a pcm_u8 -ac 2 -ar 11025      | 2 11025 0
            """)
    void anAudioTrackIsDescribed(String container, String encoder, String expected) throws Exception {
        AudioDetails audio = details(container, List.of("-f", "lavfi", "-i", "sine=d=0.2"), encoder)
                .audio()
                .orElseThrow();
        assertThat(audio.channels() + " " + audio.sampleRate() + " " + audio.aacObjectType())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"90, 180x322", "-90, 180x322", "180, 322x180", "0, 322x180"})
    void aTurnedPictureIsDescribedAsItIsShown(int degrees, String size) throws Exception {
        Path upright = directory.resolve("upright.mp4");
        make(List.of("-f", "lavfi", "-i", PICTURE), "-c:v libx264 -pix_fmt yuv420p", upright);
        List<String> turned = List.of("-display_rotation", Integer.toString(degrees), "-i", upright.toString());
        for (String container : List.of("mp4", "mov")) {
            VideoDetails video = details(container, turned, "-c copy").video().orElseThrow();
            assertThat(video.width() + "x" + video.height()).isEqualTo(size);
            assertThat(video.turned()).isEqualTo(degrees != 0);
        }
    }

    @Test
    void theRollOfAProjectionTurnsThePicture() {
        byte[] size = ContainerHeaders.concat(
                ContainerHeaders.element(0xb0, ContainerHeaders.bytes(1, 64)),
                ContainerHeaders.element(0xba, ContainerHeaders.bytes(180)));
        byte[] quarter = ContainerHeaders.element(0x7675, ContainerHeaders.bytes(0x42, 0xb4, 0, 0));
        byte[] video = ContainerHeaders.element(0xe0, size, ContainerHeaders.element(0x7670, quarter));
        byte[] track = ContainerHeaders.element(
                ContainerHeaders.TRACK_ENTRY,
                ContainerHeaders.element(0x83, ContainerHeaders.bytes(1)),
                ContainerHeaders.element(0x86, ContainerHeaders.latin1("V_VP8")),
                video);
        ContainerSniffer sniffer = new ContainerSniffer();
        ContainerHeaders.sniff(
                sniffer, ContainerHeaders.matroska(ContainerHeaders.element(ContainerHeaders.TRACKS, track)));

        VideoDetails details = sniffer.details().video().orElseThrow();
        assertThat(details.turned()).isTrue();
        assertThat(details.width()).isEqualTo(180);
        assertThat(details.height()).isEqualTo(320);
    }

    private MediaDetails details(String container, List<String> input, String encoder) throws Exception {
        Path file = directory.resolve("made." + container);
        make(input, encoder, file);
        ContainerSniffer sniffer = new ContainerSniffer();
        assertThat(ContainerHeaders.sniff(sniffer, Files.readAllBytes(file)))
                .hasValueSatisfying(result -> assertThat(result.orElseThrow()).isNotNull());
        return sniffer.details();
    }

    private static void make(List<String> input, String encoder, Path file) {
        // The bundled one has every encoder that is used here.
        RealFfmpeg real = RealFfmpeg.BUNDLED;
        List<String> command = new ArrayList<>(List.of(real.get().executable().toString(), "-v", "error", "-y"));
        command.addAll(input);
        command.addAll(List.of(encoder.split(" ")));
        command.addAll(List.of("-movflags", "frag_keyframe+empty_moov+delay_moov", file.toString()));
        if (!file.toString().matches(".*\\.(mp4|mov)")) {
            command.subList(command.size() - 3, command.size() - 1).clear();
        }
        RealFfmpeg.Run run = real.run(command, Path.of("."), new byte[0]);
        assertThat(run.exitCode()).as(run.stderr()).isZero();
    }
}
