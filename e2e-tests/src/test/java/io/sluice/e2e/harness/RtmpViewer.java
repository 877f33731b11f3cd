package io.sluice.e2e.harness;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
        command.addAll(
                List.of("packet=codec_type,pts_time,size", "-of", "csv=p=0", "-analyzeduration", "3000000", url));
        return new RtmpViewer(stage.own(Spawned.start(stage.directory("viewer"), "viewer", command, Map.of())));
    }

    /** The pictures so far, in the order of their arrival. */
    public List<SentPicture> pictures() {
        return player.out()
                .lines()
                .filter(line -> line.matches("video,-?[0-9.]+,[0-9]+,?"))
                .map(line -> line.split(",", -1))
                .map(parts ->
                        new SentPicture(Math.round(Double.parseDouble(parts[1]) * 1_000), Integer.parseInt(parts[2])))
                .toList();
    }

    /** Waits until a picture with this time or a later one has arrived. */
    public void awaitPicture(long millis) {
        await("picture " + millis)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> pictures().stream().anyMatch(picture -> picture.millis() >= millis));
    }

    /** Those of a source's pictures that did not arrive, from the first one that did to the last. */
    public List<SentPicture> missing(List<SentPicture> source) {
        NavigableSet<Integer> arrived = arrived(source);
        return IntStream.range(arrived.first(), arrived.last())
                .filter(i -> !arrived.contains(i))
                .mapToObj(source::get)
                .toList();
    }

    /** How many of a source's pictures arrived a second time. */
    public int repeated(List<SentPicture> source) {
        return pictures().size() - arrived(source).size();
    }

    private NavigableSet<Integer> arrived(List<SentPicture> source) {
        List<SentPicture> seen = pictures();
        return IntStream.range(0, source.size())
                .filter(i -> seen.stream().anyMatch(source.get(i)::isArrivedAs))
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
