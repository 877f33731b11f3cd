package io.sluice.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * What a real browser once recorded, with the borders and the timing of its WebSocket messages.
 *
 * @param file the media as one file
 * @param mimeType what the recorder said it records
 * @param initSegmentBytes how long the initialisation segment is
 * @param bytes the same media in memory, read-only
 * @param messages how it is cut, in order and without gaps
 */
public record Recording(Path file, String mimeType, int initSegmentBytes, ByteBuffer bytes, List<Message> messages) {

    /**
     * One WebSocket message.
     *
     * @param at when it is sent, counted from the start of the recorder
     * @param payload of the message, read-only
     */
    public record Message(Duration at, ByteBuffer payload) {}

    private static final JsonMapper JSON = new JsonMapper();
    private static final int HEAVY_MESSAGE_BYTES = 65_536;
    private static final int CLUSTER = 0x1f43b675;

    /** Decoding a recording takes longer than sending it. */
    private static final Map<Path, Media> MEDIA = new ConcurrentHashMap<>();

    private static final Map<Path, List<String>> PICTURES = new ConcurrentHashMap<>();

    private static final Map<Integer, Recording> LIVE = new ConcurrentHashMap<>();

    /** Reads a recording from the fixtures, such as {@code webm-h264-opus.webm}. */
    public static Recording named(String name) {
        try {
            Path file = resource("/fixtures/" + name);
            JsonNode notes = JSON.readTree(resource("/fixtures/" + name.substring(0, name.lastIndexOf('.')) + ".json")
                    .toFile());
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).asReadOnlyBuffer();
            List<Message> messages = new ArrayList<>();
            for (JsonNode frame : notes.get("frames")) {
                Duration at = Duration.ofNanos((long) (frame.get("t").doubleValue() * 1_000_000));
                messages.add(new Message(
                        at,
                        bytes.slice(
                                frame.get("off").intValue(), frame.get("size").intValue())));
            }
            return new Recording(
                    file,
                    notes.get("recorderMimeType").textValue(),
                    notes.get("structure").get("initSegmentEnd").intValue(),
                    bytes,
                    List.copyOf(messages));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Noise that no encoder can compress, for filling every buffer on the way: about 13 MB a second, in messages of 64
     * kB without any pause.
     */
    public static Recording heavy(Path directory, int seconds) {
        return heavy(directory, seconds, 60);
    }

    /** The same, with a key frame only every so many pictures. */
    public static Recording heavy(Path directory, int seconds, int group) {
        Path file = directory.resolve("heavy.mkv");
        String noise = "testsrc2=size=640x360:rate=30:duration=" + seconds + ",noise=alls=100:allf=t";
        Tool.FFMPEG.run(
                Duration.ofSeconds(60),
                ("-v error -f lavfi -i " + noise + " -c:v libx264 -preset ultrafast -qp 8 -g " + group
                                + " -keyint_min 1 -sc_threshold 0 -pix_fmt yuv420p"
                                + " -f matroska -live 1 " + file)
                        .split(" ", -1));
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).asReadOnlyBuffer();
            List<Message> messages = new ArrayList<>();
            for (int start = 0; start < bytes.remaining(); start += HEAVY_MESSAGE_BYTES) {
                int size = Math.min(HEAVY_MESSAGE_BYTES, bytes.remaining() - start);
                messages.add(new Message(Duration.ZERO, bytes.slice(start, size)));
            }
            return new Recording(file, "video/x-matroska;codecs=avc1", 0, bytes, List.copyOf(messages));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Seconds of a moving picture and a tone as an encoder sends them live: 30 pictures a second, a key frame every two
     * seconds, some 2 Mbit/s, a message for each picture. Each picture is known by its time.
     */
    public static Recording live(int seconds) {
        return LIVE.computeIfAbsent(seconds, Recording::madeLive);
    }

    private static Recording madeLive(int seconds) {
        Path file = inFolder("live").resolve(seconds + "s.mkv");
        Tool.FFMPEG.run(
                Duration.ofMinutes(2),
                ("-v error -y -f lavfi -i testsrc2=size=480x270:rate=30:duration=" + seconds
                                + ",noise=alls=12:allf=t -f lavfi -i sine=frequency=440:sample_rate=48000:duration="
                                + seconds
                                + " -c:v libx264 -preset ultrafast -tune zerolatency -b:v 2M -maxrate 2M -bufsize 500k"
                                + " -g 60 -keyint_min 60 -sc_threshold 0 -pix_fmt yuv420p -c:a libopus -b:a 64k"
                                + " -f matroska -live 1 -write_crc32 0 -cluster_time_limit 20 " + file)
                        .split(" ", -1));
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).asReadOnlyBuffer();
            List<Integer> clusters = new ArrayList<>();
            for (int at = 0; at + 4 <= bytes.remaining(); at++) {
                if (bytes.getInt(at) == CLUSTER) {
                    clusters.add(at);
                }
            }
            List<Message> messages = new ArrayList<>();
            messages.add(new Message(Duration.ZERO, bytes.slice(0, clusters.get(0))));
            for (int i = 0; i < clusters.size(); i++) {
                int start = clusters.get(i);
                int end = i + 1 < clusters.size() ? clusters.get(i + 1) : bytes.remaining();
                messages.add(
                        new Message(Duration.ofMillis(clusterMillis(bytes, start)), bytes.slice(start, end - start)));
            }
            return new Recording(
                    file, "video/x-matroska;codecs=avc1,opus", clusters.get(0), bytes, List.copyOf(messages));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path inFolder(String name) {
        try {
            return Files.createDirectories(Path.of("target", "e2e", name)).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The time follows the size. */
    private static long clusterMillis(ByteBuffer bytes, int cluster) {
        int sizeBytes = Integer.numberOfLeadingZeros(bytes.get(cluster + 4) & 0xff) - 23;
        int at = cluster + 4 + sizeBytes;
        if (bytes.get(at) != (byte) 0xe7) {
            throw new AssertionError("the cluster at " + cluster + " does not start with its time");
        }
        long millis = 0;
        int length = bytes.get(at + 1) & 0x7f;
        for (int i = 0; i < length; i++) {
            millis = (millis << 8) | (bytes.get(at + 2 + i) & 0xff);
        }
        return millis;
    }

    /** The pictures in the file, in its order. */
    public List<SentPicture> sentPictures() {
        return Tool.FFPROBE
                .run(
                        Duration.ofMinutes(1),
                        ("-v error -select_streams v -show_entries packet=pts_time,size -of csv=p=0 " + file)
                                .split(" ", -1))
                .out()
                .lines()
                .map(line -> line.split(",", -1))
                .map(parts ->
                        new SentPicture(Math.round(Double.parseDouble(parts[0]) * 1_000), Integer.parseInt(parts[1])))
                .toList();
    }

    private static Path resource(String name) {
        URL url = Objects.requireNonNull(Recording.class.getResource(name), () -> "no fixture " + name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The name of the file without its suffix. */
    public String name() {
        String fileName = Objects.requireNonNull(file.getFileName()).toString();
        return fileName.substring(0, fileName.lastIndexOf('.'));
    }

    /** What is in the file, which is more than what is sent of one that is cut short. */
    public Media media() {
        return MEDIA.computeIfAbsent(file, Media::in);
    }

    /** A digest of each picture in the file. */
    public List<String> pictures() {
        return PICTURES.computeIfAbsent(file, any -> media().decoded().pictures());
    }

    public int sizeBytes() {
        return bytes.remaining();
    }

    /** The same media, its beginning cut into messages of one byte each, the rest as it was. */
    public Recording withSingleBytes(int count) {
        return cutAfter(
                IntStream.concat(IntStream.rangeClosed(1, count), messageEnds().filter(end -> end > count)));
    }

    /** The same media, cut anywhere; the same seed cuts at the same places. */
    public Recording cutAtRandom(long seed, int maxMessageBytes) {
        List<Integer> ends = new ArrayList<>();
        Random random = new Random(seed);
        for (int end = 0; end < sizeBytes(); ends.add(Math.min(end, sizeBytes()))) {
            end += 1 + random.nextInt(maxMessageBytes);
        }
        return cutAfter(ends.stream().mapToInt(Integer::intValue));
    }

    /** The same media with a further cut. */
    public Recording cutAlsoAfter(int position) {
        return cutAfter(
                IntStream.concat(messageEnds(), IntStream.of(position)).sorted().distinct());
    }

    /**
     * The first seconds as a recording of their own, for tests to which its length does not matter. The recorder's
     * messages end with whole frames, so what is left is well-formed.
     */
    public Recording shortened(int seconds) {
        Recording beginning = first((int) messages.stream()
                .takeWhile(message -> message.at().toSeconds() < seconds)
                .count());
        int size = beginning.messageEnds().max().orElseThrow();
        try {
            Path folder = Files.createDirectories(Path.of("target", "e2e", "shortened", seconds + "s"))
                    .toAbsolutePath();
            byte[] part = new byte[size];
            bytes.duplicate().get(part);
            Path whole = Files.write(Files.createTempFile(folder, "part", null), part);
            // Other tests may be reading it.
            Path shortFile = Files.move(
                    whole,
                    folder.resolve(Objects.requireNonNull(file.getFileName())),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return new Recording(shortFile, mimeType, initSegmentBytes, bytes.slice(0, size), beginning.messages());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Only the first messages, as of a client that vanished. */
    public Recording first(int count) {
        return new Recording(file, mimeType, initSegmentBytes, bytes, messages.subList(0, count));
    }

    /** What the first {@link #first} leaves out. */
    public Recording from(int first) {
        return new Recording(file, mimeType, initSegmentBytes, bytes, messages.subList(first, messages.size()));
    }

    private IntStream messageEnds() {
        int[] end = {0};
        return messages.stream().mapToInt(message -> end[0] += message.payload().remaining());
    }

    /** Each new message is sent when the one that its last byte was in would have been. */
    private Recording cutAfter(IntStream ends) {
        List<Message> cut = new ArrayList<>();
        int[] oldEnds = messageEnds().toArray();
        int start = 0;
        int old = 0;
        for (PrimitiveIterator.OfInt each = ends.iterator(); each.hasNext(); ) {
            int end = each.nextInt();
            while (oldEnds[old] < end) {
                old++;
            }
            cut.add(new Message(messages.get(old).at(), bytes.slice(start, end - start)));
            start = end;
        }
        return new Recording(file, mimeType, initSegmentBytes, bytes, List.copyOf(cut));
    }
}
