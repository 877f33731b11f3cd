package io.sluice.e2e.harness;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** A player of an RTMP stream that writes down when each picture is to be shown. */
public final class RtmpViewer {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Spawned player;

    private RtmpViewer(Spawned player) {
        this.player = player;
    }

    static RtmpViewer of(Stage stage, String url) {
        List<String> command = new ArrayList<>(
                List.of("stdbuf", "-oL", Tool.FFPROBE.path().toString(), "-v", "error", "-show_entries"));
        command.addAll(List.of("packet=codec_type,pts_time", "-of", "csv=p=0", "-analyzeduration", "3000000", url));
        return new RtmpViewer(stage.own(Spawned.start(stage.directory("viewer"), "viewer", command, Map.of())));
    }

    /** The times of all pictures so far, in milliseconds, in the order of their arrival. */
    public List<Long> pictures() {
        return times("video,");
    }

    /** The times of all packets of audio so far, likewise. */
    public List<Long> audio() {
        return times("audio,");
    }

    private List<Long> times(String kind) {
        return player.out()
                .lines()
                .filter(line -> line.startsWith(kind) && line.matches(kind + "[-0-9.]+,?"))
                .map(line -> Math.round(
                        Double.parseDouble(line.substring(kind.length()).replace(",", "")) * 1_000))
                .toList();
    }

    /** Waits until a picture with this time or a later one has arrived. */
    public void awaitPicture(long millis) {
        await("picture " + millis)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> pictures().stream().anyMatch(time -> time >= millis));
    }

    /** The pictures of a source between two times that did not arrive; a time may differ by a millisecond. */
    public List<Long> missing(List<Long> source, long fromMillis, long toMillis) {
        NavigableSet<Long> seen = new TreeSet<>(pictures());
        return source.stream()
                .filter(time -> time >= fromMillis && time <= toMillis)
                .filter(time -> seen.subSet(time - 1, true, time + 1, true).isEmpty())
                .toList();
    }
}
