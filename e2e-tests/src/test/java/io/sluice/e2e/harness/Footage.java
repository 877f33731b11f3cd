package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What arrived of {@code pages/source.js}: every picture read, every beep heard.
 *
 * @param shots in the order of the file
 * @param beepSeconds when the beeps begin, on the clock of the shots
 * @param complaints of the decoders', empty if all is well
 */
public record Footage(List<Shot> shots, List<Double> beepSeconds, String complaints) {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern BEEP = Pattern.compile("silence_end: ([0-9.]+)");
    private static final Pattern COMPLAINT = Pattern.compile("\\[(error|fatal|panic)]");

    /** Farther away than this a beep belongs to another flash. */
    private static final double HALF_A_SECOND = 0.5;

    /**
     * A picture in its place.
     *
     * @param seconds its presentation time
     * @param picture nothing if it cannot be read
     */
    public record Shot(double seconds, Optional<SourcePicture> picture) {}

    /** Decodes all of a file. */
    public static Footage in(Path file) {
        try {
            Path gray = Files.createTempFile("sluice-footage", ".gray");
            try {
                return in(file, gray);
            } finally {
                Files.delete(gray);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Footage in(Path file, Path gray) throws IOException {
        String small = "[0:v]scale=" + SourcePicture.SIZE + ":flags=area,format=gray,split[gray][clock]";
        String command = "-y -nostats -loglevel level+info -i " + file + " -vsync passthrough -filter_complex " + small
                + " -map [gray] -enc_time_base 1:1000 -f rawvideo " + gray
                + " -map [clock] -enc_time_base 1:1000 -f framecrc -"
                + " -map 0:a? -af silencedetect=noise=-30dB:duration=0.2 -f null -";
        Tool.Run run = Tool.FFMPEG.run(LIMIT, command.split(" ", -1));
        String complaints = String.join(
                "\n",
                run.err().lines().filter(line -> COMPLAINT.matcher(line).find()).toList());
        if (run.exitCode() != 0) {
            throw new AssertionError("ffmpeg cannot read " + file + ": " + complaints);
        }
        List<Double> beeps = BEEP.matcher(run.err())
                .results()
                .map(end -> Double.parseDouble(end.group(1)))
                .toList();
        return new Footage(shots(run.out(), Files.readAllBytes(gray)), beeps, complaints);
    }

    /** A line is {@code stream, dts, pts, duration, size, digest}, and above them stands {@code #tb 0: 1/1000}. */
    private static List<Shot> shots(String clock, byte[] gray) {
        List<Shot> shots = new ArrayList<>();
        double secondsPerTick = 0;
        long now = System.currentTimeMillis();
        for (String line : clock.split("\n", -1)) {
            if (line.startsWith("#tb 0: ")) {
                String[] ratio = line.substring(7).strip().split("/", 2);
                secondsPerTick = Double.parseDouble(ratio[0]) / Double.parseDouble(ratio[1]);
            } else if (!line.startsWith("#") && !line.isBlank()) {
                double seconds = Long.parseLong(line.split(",", -1)[2].strip()) * secondsPerTick;
                int start = shots.size() * SourcePicture.BYTES;
                byte[] picture = Arrays.copyOfRange(gray, start, start + SourcePicture.BYTES);
                shots.add(new Shot(seconds, SourcePicture.read(picture, now)));
            }
        }
        return List.copyOf(shots);
    }

    /** The pictures that can be read. */
    public List<SourcePicture> pictures() {
        return shots.stream().flatMap(shot -> shot.picture().stream()).toList();
    }

    public List<Integer> numbers() {
        return pictures().stream().map(SourcePicture::number).toList();
    }

    /** The number of the first picture. */
    public int first() {
        return numbers().get(0);
    }

    /** The number of the last. */
    public int last() {
        return numbers().get(numbers().size() - 1);
    }

    /** How many pictures cannot be read. */
    public int damaged() {
        return shots.size() - pictures().size();
    }

    /** The numbers between the first and the last that did not arrive. */
    public List<Integer> missing() {
        List<Integer> numbers = numbers();
        if (numbers.isEmpty()) {
            return List.of();
        }
        return IntStream.rangeClosed(numbers.get(0), numbers.get(numbers.size() - 1))
                .boxed()
                .filter(number -> !numbers.contains(number))
                .toList();
    }

    /** The numbers that did not come later than all before them. */
    public List<Integer> repeated() {
        List<Integer> numbers = numbers();
        return IntStream.range(1, numbers.size())
                .filter(i -> numbers.get(i) <= numbers.get(i - 1))
                .mapToObj(numbers::get)
                .toList();
    }

    /** One flash and its beep. */
    public record Clap(double seconds, long soundLateMillis) {}

    /**
     * How much later than its flash each beep is heard. Where the first picture of a flash is missing, nothing can be
     * said.
     */
    public List<Clap> claps() {
        List<Clap> claps = new ArrayList<>();
        for (int i = 1; i < shots.size(); i++) {
            Optional<SourcePicture> before = shots.get(i - 1).picture();
            Optional<SourcePicture> at = shots.get(i).picture();
            double seconds = shots.get(i).seconds();
            if (before.isPresent()
                    && at.isPresent()
                    && at.get().isFlash()
                    && !before.get().isFlash()
                    && at.get().number() == before.get().number() + 1) {
                beepSeconds.stream()
                        .map(beep -> beep - seconds)
                        .filter(late -> Math.abs(late) < HALF_A_SECOND)
                        .findFirst()
                        .ifPresent(late -> claps.add(new Clap(seconds, Math.round(late * 1000))));
            }
        }
        return List.copyOf(claps);
    }
}
