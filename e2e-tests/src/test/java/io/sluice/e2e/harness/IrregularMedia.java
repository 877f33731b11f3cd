package io.sluice.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Sound media that is not what most encoders send: as it was sent once, or made by FFmpeg when it is asked for. */
public final class IrregularMedia {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration MESSAGE = Duration.ofMillis(250);

    private IrregularMedia() {}

    /** What was sent once, from {@code /irregular}, in the messages it was sent in. */
    public static Recording recorded(String name) {
        try {
            Path file = resource(name);
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).asReadOnlyBuffer();
            List<Recording.Message> messages = new ArrayList<>();
            for (JsonNode frame : JSON.readTree(resource(name.substring(0, name.lastIndexOf('.')) + ".json")
                            .toFile())
                    .get("frames")) {
                messages.add(new Recording.Message(
                        Duration.ofNanos((long) (frame.get("t").doubleValue() * 1_000_000)),
                        bytes.slice(
                                frame.get("off").intValue(), frame.get("size").intValue())));
            }
            return new Recording(file, "", 0, bytes, List.copyOf(messages));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Made by FFmpeg and sent at an even pace.
     *
     * @param file where to keep it; its suffix is the container
     * @param seconds how long it is
     * @param arguments inputs, filters and encoders
     */
    public static Recording made(Path file, int seconds, String arguments) {
        List<String> command = new ArrayList<>(List.of("-v", "error", "-y"));
        command.addAll(Arrays.asList(arguments.strip().split(" +", -1)));
        command.addAll(List.of("-t", Integer.toString(seconds)));
        command.addAll(
                file.toString().endsWith(".mp4")
                        ? List.of("-movflags", "frag_keyframe+empty_moov+delay_moov+default_base_moof")
                        : List.of("-live", "1", "-cluster_time_limit", "250"));
        command.add(file.toString());
        Tool.Run run = Tool.FFMPEG.run(LIMIT, command.toArray(String[]::new));
        if (run.exitCode() != 0) {
            throw new AssertionError(command + ": " + run.err());
        }
        try {
            return paced(file, Files.readAllBytes(file), seconds);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A recording of these bytes, sent at an even pace. */
    public static Recording paced(Path file, byte[] media, int seconds) {
        ByteBuffer bytes = ByteBuffer.wrap(media).asReadOnlyBuffer();
        int count = (int) (seconds * 1_000L / MESSAGE.toMillis());
        List<Recording.Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) media.length * i / count);
            int to = (int) ((long) media.length * (i + 1) / count);
            messages.add(new Recording.Message(MESSAGE.multipliedBy(i + 1L), bytes.slice(from, to - from)));
        }
        return new Recording(file, "", 0, bytes, List.copyOf(messages));
    }

    private static Path resource(String name) {
        URL url = Objects.requireNonNull(IrregularMedia.class.getResource("/irregular/" + name), name);
        return Path.of(url.getPath());
    }
}
