package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Comparison;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Stranger;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An FFmpeg that prints or computes without end, names that mean the same stream, and malformed requests. */
final class DistrustTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    /** Prints up to 100,000 warnings a second with MP4, about 15 MB, and is otherwise what it should be. */
    private static final String TALKING = """
            case " $* " in *" -f mov "*) ;; *) exec "$FFMPEG" "$@" ;; esac
            warning='[flv @ 0x55d0c0ffee00] [warning] Non-monotonous DTS in output stream 0:1; previous: 5134,'
            warning="$warning current: 4861; changing to 5135. This may result in incorrect timestamps."
            warnings=$(yes "$warning" | head -n 1000)
            while kill -0 $$ 2>/dev/null; do echo "$warnings"; sleep 0.01; done >&2 &
            "$FFMPEG" "$@"
            """;

    /** Keeps one processor busy with VP8, and reports a fifth of real time. */
    private static final String BUSY = """
            case " $* " in *vp8*) ;; *) exec "$FFMPEG" "$@" ;; esac
            trap 'exit 0' TERM
            exec 3<&0
            (cat <&3 >/dev/null; kill -TERM $$) &
            out=1000000
            while kill -0 $$ 2>/dev/null; do
                printf 'frame=30\\ntotal_size=%d\\nout_time_us=%d\\nprogress=continue\\n' $out $out
                out=$((out + 100000))
                sleep 0.5
            done &
            while :; do :; done
            """;

    /** Of one processor: what the gateway may use while FFmpeg prints as fast as it can. */
    private static final double SHARE = 0.2;

    private static final Pattern SKIPPED = Pattern.compile("(?m)^sluice_ffmpeg_messages_skipped_bytes_total (\\S+)");
    private static final Pattern EXPECTED_CORES = Pattern.compile("(?m)^sluice_cpu_expected_cores (\\S+)");
    private static final Recording WEBM = Recording.named("webm-h264-opus.webm");

    private static NginxReceiver nginx;
    private static Operators operators;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        nginx = STAGE.nginx();
        operators = STAGE.operators();
        gateway = gateway(TALKING, "operator:" + STAGE.secret("canarypassword") + "@");
    }

    /** Publishes as a user that the receiver does not ask for. */
    private static GatewayProcess gateway(String ffmpeg, String user, String... options) {
        List<String> all = new ArrayList<>(operators.options());
        all.addAll(List.of("--ffmpeg", STAGE.ffmpegThat(ffmpeg).toString()));
        all.addAll(List.of("--publish", nginx.publishUrl().replace("://", "://" + user)));
        all.addAll(List.of(options));
        return STAGE.gateway(all.toArray(String[]::new)).start();
    }

    private static Publisher asking(GatewayProcess gateway, String key, Recording recording) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.say(new Open(null, List.of(recording.mimeType()), null, null));
        return publisher;
    }

    private static double meter(GatewayProcess gateway, Pattern name) {
        HttpResponse<String> meters = operators.get(gateway, "/metrics");
        Matcher value = name.matcher(meters.body());
        assertThat(value.find()).as(name.pattern()).isTrue();
        return Double.parseDouble(value.group(1));
    }

    @Test
    void warningsWithoutEndAreSkippedCountedAndSaidOnce() {
        Comparison comparison = Comparison.live(STAGE, nginx, gateway);
        Recording mp4 = Recording.named("mp4-avc1-opus.mp4");
        Duration used = gateway.facts().processorTime();
        long start = System.nanoTime();
        Publisher talking = asking(gateway, STAGE.key("talking"), mp4);
        talking.heard().awaitOpened(Publisher.SOON);
        talking.send(mp4.first(5), Pace.ITS_OWN);
        assertThat(talking.stop().acceptedBytes()).isEqualTo(talking.sentBytes());
        double share = (double) gateway.facts().processorTime().minus(used).toNanos() / (System.nanoTime() - start);

        assertThat(share).as("of a processor").isLessThan(SHARE);
        assertThat(meter(gateway, SKIPPED)).isGreaterThan(1e6);
        assertThat(gateway.output()).containsOnlyOnce("FFmpeg prints more messages than can be inspected");
        comparison.assertNotDisturbed();
    }

    /** The receiver would otherwise get one name from many, and an operator end none of them. */
    @Test
    void aStreamIsOneUnderAllItsNames() {
        String key = STAGE.key("anna");
        Publisher anna = gateway.connect(Publisher.negotiated(key + "?i1"));
        anna.open(WEBM.mimeType());
        for (String same : List.of(key, key + "?i2", "mp4:" + key)) {
            Refusal.assertTold(asking(gateway, same, WEBM), FailureCode.STREAM_KEY_IN_USE, Publisher.SOON);
        }
        for (String other : List.of(key + "?slist=victim", key + "?a=b&SLIST=victim", "mp4:slist=" + key)) {
            Refusal.assertTold(asking(gateway, other, WEBM), FailureCode.INVALID_STREAM_KEY, Publisher.SOON);
        }
        anna.send(WEBM.first(5), Pace.FLAT_OUT);
        HttpResponse<String> end =
                operators.post(gateway, "/api/streams/end", "{\"streamKey\":\"" + key + "\",\"reason\":\"Enough\"}");
        assertThat(end.statusCode()).as(end.body()).isEqualTo(200);
        Refusal.assertTold(anna, FailureCode.ENDED_BY_OPERATOR, Publisher.SOON);
    }

    /** Readiness and streams that are only copied must not pay for one that lags. */
    @Test
    void aStreamThatLagsCountsForWhatItUses() {
        int percent = 130 / Runtime.getRuntime().availableProcessors();
        GatewayProcess estimating = gateway(BUSY, "operator@", "--max-cpu-percent", Integer.toString(percent));
        Recording vp8 = Recording.named("webm-vp8-opus.webm");
        Publisher lagging = asking(estimating, STAGE.key("lagging"), vp8);
        lagging.heard().awaitOpened(Publisher.SOON);
        lagging.send(vp8.first(20), Pace.FLAT_OUT);
        await("what it uses is known").atMost(Publisher.SOON).until(() -> meter(estimating, EXPECTED_CORES) > 0);
        assertThat(meter(estimating, EXPECTED_CORES)).isLessThan(1.2);
        assertThat(estimating.isReady()).isTrue();
        Recording copied = Recording.named("webm-h264-videoonly.webm");
        Broadcast.of(estimating, nginx, STAGE.key("copied"), copied, Pace.FLAT_OUT)
                .assertWhole();
        lagging.leave();
        await("it is forgotten").atMost(Publisher.SOON).until(() -> meter(estimating, EXPECTED_CORES) == 0);
        estimating.awaitNoChildren(Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?streamKey=%s",
                "*",
                "*?streamKey=%s",
                "//%s",
                "http://host/?streamKey=%s",
                "host:1?streamKey=%s",
                "/?streamKey=%s\u0001",
                "/watch/%s\u007f",
                "/?streamKey=%s\u0000",
                "/watch/%s\u0085",
                "/?streamKey=%s\t\u001b[2J"
            })
    void aMalformedRequestIsRefusedInWordsAtBothListeners(String form) {
        String target = form.formatted(STAGE.key("target"));
        for (InetSocketAddress listener : List.of(gateway.address(), operators.address(gateway))) {
            try (Stranger stranger = Stranger.connect(listener)) {
                stranger.say("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
                assertThat(stranger.hearToTheEnd())
                        .startsWith("HTTP/1.1 400 ")
                        .contains(" is malformed")
                        .doesNotContain("canary");
            }
        }
        assertThat(gateway.output()).doesNotContain("canary", "\tat ", "\u001b");
    }
}
