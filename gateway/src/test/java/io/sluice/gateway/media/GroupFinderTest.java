package io.sluice.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.ffmpeg.run.RealFfmpeg;
import io.sluice.gateway.media.ReplayBuffer.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups and boundaries of what browsers and FFmpeg write, compared with the recordings' descriptions and ffprobe. */
class GroupFinderTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    @TempDir
    private Path directory = Path.of("");

    static List<String> recordings() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    /** Without the one that ends in the middle of an element, of which ffprobe complains. */
    static List<String> completeRecordings() throws IOException {
        return recordings().stream()
                .filter(name -> !name.contains("1bytefirst"))
                .toList();
    }

    private static JsonNode description(String name) throws IOException {
        String json = name.substring(0, name.lastIndexOf('.')) + ".json";
        return new JsonMapper().readTree(FIXTURES.resolve(json).toFile()).path("structure");
    }

    private static List<Long> describedGroups(JsonNode structure) {
        List<Long> groups = new ArrayList<>();
        for (JsonNode cluster : structure.path("clusters")) {
            if (cluster.path("keyframe").asBoolean()
                    && cluster.path("keyframeBlockIndex").asInt() < 2) {
                groups.add(cluster.path("off").asLong());
            }
        }
        for (JsonNode fragment : structure.path("fragments")) {
            if (fragment.path("startsWithKeyframe").asBoolean()) {
                groups.add(fragment.path("off").asLong());
            }
        }
        return groups;
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void groupsStartWhereTheDescriptionOfTheRecordingSays(String name) throws IOException {
        Structure found = Structure.of(RealFfmpeg.fixture(name));
        JsonNode described = description(name);
        assertThat(found.headerEnds)
                .containsExactly(described.path("initSegmentEnd").asLong());
        assertThat(found.groups).extracting(Group::position).isEqualTo(describedGroups(described));
        assertThat(found.groups).isNotEmpty();
        assertThat(found.follows).isTrue();
    }

    /** Each group's time is one of a key frame, and each key frame of the fixtures starts a group. */
    @ParameterizedTest
    @MethodSource("completeRecordings")
    void timesAreThoseOfTheKeyFrames(String name) throws IOException {
        List<String> frames = RealFfmpeg.ffprobe(
                FIXTURES.resolve(name),
                "-select_streams",
                name.contains("audioonly") ? "a" : "v",
                "-show_entries",
                "packet=pts_time,flags");
        List<Long> keyMillis = frames.stream()
                .filter(frame -> frame.contains("K"))
                .map(frame -> Math.round(1_000 * Double.parseDouble(frame.substring(0, frame.indexOf(',')))))
                .toList();
        List<Group> groups = Structure.of(RealFfmpeg.fixture(name)).groups;
        assertThat(groups).isNotEmpty();
        assertThat(groups)
                .allSatisfy(group -> assertThat(keyMillis)
                        .anyMatch(millis -> Math.abs(millis - group.time().toMillis()) <= 8));
        if (!name.contains("audioonly")) {
            assertThat(groups).hasSameSizeAs(keyMillis);
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void theSameIsFoundHoweverTheStreamIsCut(String name) {
        byte[] media = RealFfmpeg.fixture(name);
        List<String> whole = Structure.of(media).events;
        Random random = new Random(name.hashCode());
        for (int bound : new int[] {1, 2, 40, 5_000}) {
            Structure found = Structure.of(media, () -> 1 + random.nextInt(bound));
            assertThat(found.events).isEqualTo(whole);
            assertThat(found.furthestBack).isLessThanOrEqualTo(ReplayBuffer.LOOK_BACK_BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"webm-opus-audioonly.webm", "webm-vp8-opus.webm", "mp4-avc1-opus.mp4"})
    void theSameIsFoundWhereverTheStartIsCutInTwo(String name) {
        byte[] media = Arrays.copyOf(RealFfmpeg.fixture(name), 12_000);
        List<String> whole = Structure.of(media).events;
        for (int cut = 1; cut < media.length; cut++) {
            int first = cut;
            boolean[] isSecond = {false};
            List<String> events = Structure.of(media, () -> {
                        int length = isSecond[0] ? media.length : first;
                        isSecond[0] = true;
                        return length;
                    })
                    .events;
            assertThat(events).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"webm-h264-opus.webm", "mp4-avc1-opus.mp4"})
    void aSecondRecordingHasAHeaderAndGroupsOfItsOwn(String name) {
        byte[] media = RealFfmpeg.fixture(name);
        byte[] twice = Arrays.copyOf(media, 2 * media.length);
        System.arraycopy(media, 0, twice, media.length, media.length);
        Structure once = Structure.of(media);
        Structure both = Structure.of(twice, () -> 999);
        assertThat(both.newHeaders).containsExactly((long) media.length);
        assertThat(both.headerEnds).containsExactly(once.headerEnds.get(0), media.length + once.headerEnds.get(0));
        List<Group> expected = new ArrayList<>(once.groups);
        once.groups.forEach(group -> expected.add(new Group(media.length + group.position(), group.time())));
        assertThat(both.groups).isEqualTo(expected);
    }

    /** FFmpeg writes clusters of known size, which cannot be cut inside, and blocks in BlockGroups for some packets. */
    @Test
    void aClusterOfKnownSizeIsCutOnlyWhereItEnds() throws IOException {
        byte[] media = remuxed("webm-h264-opus.webm", "-f", "matroska", "-cluster_time_limit", "500");
        Structure found = Structure.of(media, () -> 777);
        assertThat(found.follows).isTrue();
        assertThat(found.groups).hasSizeGreaterThan(2);
        assertThat(found.boundaries)
                .hasSizeLessThan(40)
                .containsAll(found.groups.stream().map(Group::position).toList());
    }

    @Test
    void fragmentsThatCanBeMovedHaveGroups() throws IOException {
        byte[] media =
                remuxed("webm-h264-opus.webm", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof");
        Structure found = Structure.of(media, () -> 777);
        assertThat(found.follows).isTrue();
        assertThat(found.groups).hasSizeGreaterThan(2);
        assertThat(found.groups.get(1).time()).isGreaterThan(Duration.ofMillis(500));
    }

    @Test
    void fragmentsThatSayWhereTheyAreInTheFileHaveNone() throws IOException {
        byte[] media = remuxed("webm-h264-opus.webm", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov");
        Structure found = Structure.of(media, () -> 777);
        assertThat(found.follows).isFalse();
        assertThat(found.groups).isEmpty();
        assertThat(found.headerEnds).hasSize(1);
    }

    @Test
    void whatIsNotFollowedIsToldOnce() {
        byte[] media = RealFfmpeg.fixture("webm-vp8-opus.webm");
        byte[] broken = Arrays.copyOf(media, media.length + 100);
        Arrays.fill(broken, media.length, broken.length, (byte) 0);
        Structure found = Structure.of(broken, () -> 13);
        assertThat(found.events).filteredOn("not followed"::equals).hasSize(1);
        assertThat(found.events).last().isEqualTo("not followed");
    }

    private byte[] remuxed(String name, String... muxer) throws IOException {
        Path output = directory.resolve("remuxed");
        List<String> command = new ArrayList<>(List.of(
                RealFfmpeg.ON_PATH.get().executable().toString(),
                "-v",
                "error",
                "-i",
                FIXTURES.resolve(name).toString(),
                "-c",
                "copy",
                "-strict",
                "-2"));
        command.addAll(List.of(muxer));
        command.add(output.toString());
        RealFfmpeg.Run run = RealFfmpeg.ON_PATH.run(command, Path.of("."), new byte[0]);
        assertThat(run.exitCode()).as(run.stderr()).isZero();
        return Files.readAllBytes(output);
    }
}
