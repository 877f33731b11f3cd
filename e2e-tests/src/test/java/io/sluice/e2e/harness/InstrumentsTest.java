package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.e2e.harness.Concurrency.MeasuresAlone;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The meters measure what is known: each is shown something right and something wrong. */
@MeasuresAlone
final class InstrumentsTest {

    private static final int FRAME_RATE = 30;
    private static final long NOON = 1_790_000_000_000L;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void aPictureIsReadAsItWasDrawn() {
        SourcePicture picture = new SourcePicture(1_234_567, NOON - 123_456, true);
        assertThat(SourcePicture.read(picture.gray(), NOON)).contains(picture);
    }

    @Test
    void aPictureWithOneWrongBlockIsNotRead() {
        for (int block = 0; block < 64; block++) {
            byte[] gray = new SourcePicture(77, NOON, false).gray();
            gray[block] ^= (byte) 0xff;
            assertThat(SourcePicture.read(gray, NOON)).as("block " + block).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-60, 0, 80})
    void theSoundIsHeardAsLateAsItIs(int lateMillis) {
        Footage footage = Footage.in(film(pictures(150, i -> i), lateMillis));
        assertThat(footage.complaints()).isEmpty();
        assertThat(footage.missing()).isEmpty();
        assertThat(footage.repeated()).isEmpty();
        assertThat(footage.numbers()).hasSize(150);
        assertThat(footage.claps()).hasSize(4);
        assertThat(footage.claps())
                .allSatisfy(clap -> assertThat(clap.soundLateMillis()).isCloseTo(lateMillis, within(5L)));
    }

    @Test
    void aPictureThatIsMissingIsMissed() {
        Footage footage = Footage.in(film(pictures(90, i -> i < 37 ? i : i + 1), 0));
        assertThat(footage.missing()).containsExactly(37);
        assertThat(footage.repeated()).isEmpty();
    }

    @Test
    void aPictureThatCameTwiceIsNoticed() {
        Footage footage = Footage.in(film(pictures(90, i -> i < 51 ? i : i - 1), 0));
        assertThat(footage.repeated()).containsExactly(50);
        assertThat(footage.missing()).isEmpty();
    }

    @Test
    void aFlashWhoseFirstPictureIsMissingSaysNothing() {
        Footage footage = Footage.in(film(pictures(90, i -> i < 30 ? i : i + 1), 0));
        assertThat(footage.missing()).containsExactly(30);
        assertThat(footage.claps()).as("of three flashes").hasSize(2);
    }

    @Test
    void aFileWithAHoleIsComplainedAbout() throws IOException {
        Path film = film(pictures(90, i -> i), 0);
        byte[] bytes = Files.readAllBytes(film);
        for (int i = bytes.length / 2; i < bytes.length / 2 + 400; i++) {
            bytes[i] ^= 0x55;
        }
        Footage footage = Footage.in(Files.write(film, bytes));
        assertThat(footage.complaints()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 400})
    void theDelayIsAsLongAsItIs(int agedMillis) throws IOException, InterruptedException {
        GlassMeter meter = stage.glassMeter();
        String command = "-v error -f rawvideo -pix_fmt gray -s 16x9 -r " + FRAME_RATE + " -probesize 32 -i -"
                + " -f lavfi -i anullsrc=r=48000:cl=mono -shortest -c:a aac -vf scale=640:360:flags=neighbor"
                + " -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p"
                + " -g 30 -flush_packets 1 -tcp_nodelay 1 -f flv " + meter.publishUrl();
        Process camera = new ProcessBuilder(Tool.FFMPEG.command(List.of(command.split(" ", -1))))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long start = System.nanoTime();
        try (OutputStream film = camera.getOutputStream()) {
            for (int i = 0; i < 3 * FRAME_RATE; i++) {
                TimeUnit.NANOSECONDS.sleep(start + i * 1_000_000_000L / FRAME_RATE - System.nanoTime());
                film.write(new SourcePicture(i, System.currentTimeMillis() - agedMillis, false).gray());
                film.flush();
            }
        }
        assertThat(camera.waitFor(10, TimeUnit.SECONDS)).isTrue();
        Footage footage = Footage.in(meter.recording());
        assertThat(footage.numbers()).hasSize(3 * FRAME_RATE);
        assertThat(meter.damaged()).isZero();
        List<GlassMeter.Reading> settled =
                meter.readings().subList(FRAME_RATE, meter.readings().size());
        assertThat(GlassMeter.percentile(50, settled)).isBetween((long) agedMillis, agedMillis + 50L);
    }

    /** @param number of the picture at a place */
    private static List<SourcePicture> pictures(int count, IntFunction<Integer> number) {
        return IntStream.range(0, count)
                .mapToObj(number)
                .map(n -> new SourcePicture(
                        n, NOON + n * 1000L / FRAME_RATE, n >= FRAME_RATE && n % FRAME_RATE < FRAME_RATE / 10))
                .toList();
    }

    /** A film with a beep once a second, so much later than the picture's time says. */
    private Path film(List<SourcePicture> pictures, int lateMillis) {
        ByteArrayOutputStream gray = new ByteArrayOutputStream();
        pictures.forEach(picture -> gray.writeBytes(picture.gray()));
        Path directory = stage.directory("film");
        double late = lateMillis / 1000.0;
        double seconds = (double) pictures.size() / FRAME_RATE;
        String beep =
                "aevalsrc=if(lt(mod(t-" + late + "\\,1)\\,0.1)*gt(t\\,0.5)\\,0.5*sin(6283*t)\\,0):s=48000:d=" + seconds;
        try {
            Path raw = Files.write(directory.resolve("film.gray"), gray.toByteArray());
            Path film = directory.resolve("film.flv");
            String command = "-v error -f rawvideo -pix_fmt gray -s 16x9 -r " + FRAME_RATE + " -i " + raw
                    + " -f lavfi -i " + beep + " -vf scale=640:360:flags=neighbor -c:v libx264 -preset ultrafast"
                    + " -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac " + film;
            Tool.Run run = Tool.FFMPEG.run(Publisher.SOON, command.split(" ", -1));
            assertThat(run.exitCode()).as(run.err()).isZero();
            return film;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
