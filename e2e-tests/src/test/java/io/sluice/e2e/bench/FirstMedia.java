package io.sluice.e2e.bench;

import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long it takes from a stream's first message to its first picture or sound on the way to an RTMP server, by a real
 * FFmpeg: what its viewers wait for besides the network. Each of these is a stream of its own to one gateway.
 *
 * <p>Arguments: how many streams, then names of recordings.
 */
final class FirstMedia {

    private final Bench bench;
    private final int streams;

    private FirstMedia(Bench bench, int streams) {
        this.bench = bench;
        this.streams = streams;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        FirstMedia first = new FirstMedia(Bench.here(), Integer.parseInt(arguments[0]));
        for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
            double[] millis = first.millis(Recording.named(name));
            Arrays.sort(millis);
            System.out.printf(
                    Locale.ROOT,
                    "first media of %s: %.0f ms (%.0f–%.0f), %d streams%n",
                    name,
                    Results.median(millis),
                    millis[0],
                    millis[millis.length - 1],
                    millis.length);
        }
    }

    private double[] millis(Recording recording) throws IOException {
        int port = Ports.free();
        try (Stage stage = new Stage();
                RtmpTap tap = RtmpTap.before(stage.forgettingNginx().port())) {
            List<String> command = bench.gateway(port, List.of());
            command.addAll(List.of("--publish", NginxReceiver.publishUrl(tap.port())));
            command.addAll(List.of("--ffmpeg", Tool.FFMPEG.path().toString()));
            try (Contender.Running running =
                    Contender.start(command, port, bench.folder().resolve("first.log"), Map.of())) {
                double[] millis = new double[streams];
                for (int i = 0; i < streams; i++) {
                    millis[i] = millis(running.port(), "first-" + i, recording, tap);
                }
                return millis;
            }
        }
    }

    private static double millis(int port, String key, Recording recording, RtmpTap tap) {
        InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (Publisher publisher = new Publisher(gateway, Publisher.negotiated(key))) {
            publisher.open(recording.mimeType());
            // As a recorder does, whose first message comes when its time slice is over.
            publisher.send(recording.first(1), Pace.ITS_OWN);
            long began = System.nanoTime();
            long firstMedia = tap.nextFirstMedia();
            publisher.send(recording.from(1), Pace.FLAT_OUT);
            publisher.stop();
            return (firstMedia - began) / 1e6;
        }
    }
}
