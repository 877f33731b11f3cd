package io.sluice.e2e.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is in a media file or behind a media URL, as ffprobe and ffmpeg see it.
 *
 * @param source the file or URL
 * @param tracks in the order of the file
 */
public record Media(String source, List<Track> tracks) {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern BEEP = Pattern.compile("silence_end: ([0-9.]+)");

    /**
     * One track.
     *
     * @param kind {@code video} or {@code audio}
     * @param codec ffprobe's name for it
     * @param facts what else ffprobe tells of it, by its own names
     * @param packets in the order of the file
     */
    public record Track(String kind, String codec, Map<String, String> facts, List<Packet> packets) {

        public String size() {
            return facts.get("width") + "x" + facts.get("height");
        }

        public double firstSeconds() {
            return packets.stream().mapToDouble(Packet::seconds).min().orElseThrow();
        }

        public double lastSeconds() {
            return packets.stream().mapToDouble(Packet::seconds).max().orElseThrow();
        }

        public double lengthSeconds() {
            return lastSeconds() - firstSeconds();
        }

        /** The longest time from one picture to the next. */
        public double longestPictureSeconds() {
            List<Double> shown = packets.stream().map(Packet::seconds).sorted().toList();
            double longest = 0;
            for (int i = 1; i < shown.size(); i++) {
                longest = Math.max(longest, shown.get(i) - shown.get(i - 1));
            }
            return longest;
        }

        /** The longest time from one keyframe to the next or to the end. */
        public double longestKeyFrameIntervalSeconds() {
            double longest = 0;
            double previous = firstSeconds();
            for (Packet packet : packets) {
                longest = Math.max(longest, packet.seconds() - previous);
                if (packet.isKey()) {
                    previous = packet.seconds();
                }
            }
            return longest;
        }
    }

    /**
     * One packet: a frame of video, or some samples of audio.
     *
     * @param seconds its presentation time
     * @param isKey whether decoding can start there
     */
    public record Packet(double seconds, boolean isKey) {}

    public static Media in(Path file) {
        return in(file.toString());
    }

    /** Looks at a file or a URL. */
    public static Media in(String source) {
        Tool.Run probe = Tool.FFPROBE.run(
                LIMIT,
                "-v",
                "error",
                "-show_entries",
                "stream=index,codec_type,codec_name,width,height,sample_rate,channels:"
                        + "packet=stream_index,pts_time,flags",
                "-of",
                "compact",
                source);
        if (probe.exitCode() != 0) {
            throw new AssertionError("ffprobe cannot read " + source + ": " + probe.err());
        }
        Map<String, Track> tracks = new LinkedHashMap<>();
        Map<String, List<Packet>> packets = new HashMap<>();
        for (String line : probe.out().split("\n", -1)) {
            Map<String, String> fields = fields(line);
            if (line.startsWith("packet|")) {
                packets.computeIfAbsent(fields.getOrDefault("stream_index", ""), index -> new ArrayList<>())
                        .add(packet(fields));
            } else if (line.startsWith("stream|")) {
                String index = fields.getOrDefault("index", "");
                tracks.putIfAbsent(index, track(fields, packets.computeIfAbsent(index, i -> new ArrayList<>())));
            }
        }
        return new Media(source, List.copyOf(tracks.values()));
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        for (String field : line.split("\\|", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        return fields;
    }

    private static Packet packet(Map<String, String> fields) {
        return new Packet(
                Double.parseDouble(fields.getOrDefault("pts_time", "NaN")),
                fields.getOrDefault("flags", "").startsWith("K"));
    }

    private static Track track(Map<String, String> fields, List<Packet> packets) {
        return new Track(fields.getOrDefault("codec_type", ""), fields.getOrDefault("codec_name", ""), fields, packets);
    }

    public Optional<Track> find(String kind) {
        return tracks.stream().filter(track -> track.kind().equals(kind)).findFirst();
    }

    public Track video() {
        return find("video").orElseThrow(() -> new AssertionError("no video in " + source));
    }

    public Track audio() {
        return find("audio").orElseThrow(() -> new AssertionError("no audio in " + source));
    }

    /**
     * When the fake microphone's beeps begin, in seconds after the first picture. Chromium beeps twice a second, and no
     * encoder can move that by more than a few samples; timestamps of packets would be moved by each encoder's own
     * delay.
     */
    public List<Double> beeps() {
        double start = video().firstSeconds();
        String words = Tool.FFMPEG
                .run(LIMIT, "-i", source, "-vn", "-af", "silencedetect=noise=-40dB:duration=0.1", "-f", "null", "-")
                .err();
        List<Double> ends = BEEP.matcher(words)
                .results()
                .map(end -> Double.parseDouble(end.group(1)) - start)
                .toList();
        // The last silence ends with the file.
        return ends.subList(0, Math.max(0, ends.size() - 1));
    }

    /**
     * What came out of the decoders.
     *
     * @param pictures a digest of each picture, in order: equal digests are equal pictures
     * @param complaints of ffmpeg's, about either track; empty if all is well
     */
    public record Decoded(List<String> pictures, String complaints) {}

    /** Decodes all of it. */
    public Decoded decoded() {
        Tool.Run run = Tool.FFMPEG.run(
                LIMIT, "-v", "error", "-i", source, "-map", "0", "-vsync", "passthrough", "-f", "framemd5", "-");
        String video = find("video").map(tracks::indexOf).orElse(-1) + ",";
        List<String> pictures = run.out()
                .lines()
                .filter(line -> line.startsWith(video))
                .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .toList();
        return new Decoded(pictures, run.err());
    }
}
