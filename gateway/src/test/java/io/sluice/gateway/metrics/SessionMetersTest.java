package io.sluice.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.media.ReplayMemory;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.session.SessionRegistry;
import io.sluice.gateway.websocket.RawWebSocket;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The meters of a real gateway and its streams. */
@ExtendWith(NoBufferLeaks.class)
class SessionMetersTest {

    private static final String KEY = "live_canary_0123456789";
    private static final byte[] MEDIA = GatewayStage.recording("webm-h264-opus.webm");

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    private GatewayStage gateway() {
        return GatewayStage.start(builder -> builder.meters(SessionMeters.in(registry)));
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private Set<Meter.Id> ids() {
        return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
    }

    private void publish(GatewayStage stage, String key) {
        try (RawWebSocket socket =
                RawWebSocket.connect(stage.port(), GatewayStage.PREFIX + "/ingest?streamKey=" + key)) {
            socket.media(MEDIA);
            Awaitility.await()
                    .atMost(GatewayStage.PATIENCE)
                    .until(() -> gauge("sluice.sessions", "state", "live") == 1);
            socket.close(1000);
            Awaitility.await()
                    .atMost(GatewayStage.PATIENCE)
                    .until(() -> stage.gateway().streams().isEmpty());
        }
    }

    @Test
    void metersFollowAStreamFromStartToEndAndIdentifyNone() {
        try (GatewayStage stage = gateway()) {
            assertThat(gauge("sluice.ready")).isOne();
            assertThat(gauge("sluice.sessions", "state", "live")).isZero();
            publish(stage, KEY);
            assertThat(count("sluice.streams.started", "way", "plain", "video", "copy", "audio", "transcode"))
                    .isOne();
            assertThat(count("sluice.streams.ended", "outcome", "complete")).isOne();
            assertThat(count("sluice.media.accepted")).isEqualTo(MEDIA.length);
            assertThat(registry.get("sluice.ffmpeg.start").timer().count()).isOne();
            // Measured: 37 ms.
            assertThat(registry.get("sluice.ffmpeg.start")
                            .timer()
                            .takeSnapshot()
                            .histogramCounts())
                    .extracting(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                    .contains(10.0, 20.0, 40.0, 50.0);
            assertThat(registry.get("sluice.ffmpeg.start").timer().totalTime(TimeUnit.SECONDS))
                    .isBetween(0.0, 20.0);

            Set<Meter.Id> before = ids();
            publish(stage, "another_" + KEY);
            assertThat(ids()).isEqualTo(before);
            assertThat(count("sluice.media.accepted")).isEqualTo(2.0 * MEDIA.length);
            String sessionId = stage.events().get(0).sessionId();
            assertThat(before)
                    .flatExtracting(Meter.Id::getTags)
                    .extracting(Tag::getValue)
                    .noneMatch(value -> value.contains("live_") || value.contains(sessionId));
        }
        assertThat(registry.getMeters()).as("the gateway is closed").isEmpty();
    }

    @Test
    void absentClientsAndThoseThatComeBackAreCountedWithoutTheirTokens() {
        try (GatewayStage stage = gateway()) {
            String open = "{\"type\":\"open\",\"streamKey\":\"k-1\",\"offers\":[\"video/webm;codecs=h264,opus\"],"
                    + "\"resume\":true}";
            RawWebSocket first = RawWebSocket.connect(stage, "/ingest", "sluice.v1");
            first.text(open);
            String opened = first.nextText("\"opened\"");
            String token = opened.replaceAll(".*\"token\":\"([^\"]*)\".*", "$1");
            String sessionId = opened.replaceAll(".*\"sessionId\":\"([^\"]*)\".*", "$1");
            first.close(4000);
            Awaitility.await()
                    .atMost(GatewayStage.PATIENCE)
                    .until(() -> gauge("sluice.sessions", "state", "awaiting") == 1);
            assertThat(gauge("sluice.streams.slow")).isZero();
            assertThat(stage.gateway().streams()).asString().contains(sessionId).doesNotContain(token);
            try (RawWebSocket second = RawWebSocket.connect(stage, "/ingest", "sluice.v1")) {
                second.text("{\"type\":\"resume\",\"sessionId\":\"" + sessionId + "\",\"token\":\"" + token
                        + "\",\"keptFromByte\":0,\"sentBytes\":0}");
                second.nextText("\"resumed\"");
                assertThat(count("sluice.resumes", "mode", "exact")).isOne();
                assertThat(count("sluice.resumes", "mode", "restart")).isZero();
                assertThat(gauge("sluice.sessions", "state", "awaiting")).isZero();
                second.close(1000);
            }
            assertThat(stage.awaitEnded().failure()).isEmpty();
            assertThat(ids()).asString().doesNotContain(token, sessionId);
            assertThat(stage.events()).asString().doesNotContain(token);
            first.close();
        }
    }

    @Test
    void refusalsAreCountedByCodeAndEachCodeExistsFromTheStart() {
        try (GatewayStage stage = gateway()) {
            for (FailureCode code : FailureCode.values()) {
                assertThat(count("sluice.failures", "code", code.reason())).isZero();
            }
            try (RawWebSocket socket =
                    RawWebSocket.connect(stage.port(), GatewayStage.PREFIX + "/ingest?streamKey=a%20b")) {
                socket.close(1000);
                Awaitility.await()
                        .atMost(GatewayStage.PATIENCE)
                        .until(() -> count("sluice.failures", "code", "invalid-stream-key") == 1);
            }
            assertThat(registry.find("sluice.streams.started").meters()).isEmpty();
        }
    }

    @Test
    void bytesAreCountedOnceHoweverOftenTheyAreReported() {
        SessionOperations operations = new SessionOperations(new SessionRegistry(), () -> Duration.ZERO);
        Admission admission = new Admission(AdmissionLimits.defaults(), LoadLimits.defaults());
        StreamKey key = StreamKey.parse(KEY).orElseThrow();
        try (MeterBinding.Meters meters =
                SessionMeters.in(registry).of(operations, () -> false, admission::snapshot, new ReplayMemory(0))) {
            meters.on(new SessionEvent.Progressed("a", key, progress(100)));
            meters.on(new SessionEvent.Progressed("b", key, progress(1)));
            meters.on(new SessionEvent.Progressed("a", key, progress(100)));
            meters.on(new SessionEvent.Progressed("a", key, progress(250)));
            meters.on(new SessionEvent.Ended("a", key, 300, 0, Optional.empty()));
            meters.on(new SessionEvent.Ended("b", key, 1, 0, Optional.empty()));
            assertThat(count("sluice.media.accepted")).isEqualTo(301);
            assertThat(gauge("sluice.ready")).isZero();
            assertThat(gauge("sluice.cpu.expected")).isZero();
            assertThat(gauge("sluice.cpu.allowed")).isPositive();
            assertThat(gauge("sluice.memory.free")).isPositive();
        }
    }

    private static Progress progress(long acceptedBytes) {
        return new Progress(acceptedBytes, 0, 0, 0, 0, 0, 0);
    }
}
