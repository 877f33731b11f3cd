package io.sluice.gateway.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sluice.gateway.admission.AdmissionSnapshot;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.SessionStatus.Media;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a gateway, in any registry of Micrometer's. No tag can be chosen by a client: there are as many time series in the
 * first minute as after a year, and none names a stream.
 *
 * <p>Thread-safe. The way of the media does not come by here.
 */
public final class SessionMeters implements MeterBinding.Meters {

    /** Averaged since the start of a stream, so it says something only after a while. */
    private static final double SLOW = 0.95;

    private static final Duration SETTLED = Duration.ofSeconds(10);

    private static final Duration[] STARTS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final SessionOperations operator;
    private final Queue<Meter> meters = new ConcurrentLinkedQueue<>();
    private final Map<FailureCode, Counter> failures = new EnumMap<>(FailureCode.class);
    private final ConcurrentMap<List<String>, Counter> started = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Long> acceptedBytes = new ConcurrentHashMap<>();
    private final Counter accepted;
    private final Counter complete;
    private final Counter failed;
    private final Timer ffmpegStart;

    /**
     * Meters in a registry.
     *
     * @param registry where they are registered with the gateway's start, and taken out with its end
     * @return makes them
     */
    public static MeterBinding in(MeterRegistry registry) {
        return (operator, ready, admission) -> new SessionMeters(registry, operator, ready, admission);
    }

    private SessionMeters(
            MeterRegistry registry,
            SessionOperations operator,
            BooleanSupplier ready,
            Supplier<AdmissionSnapshot> admission) {
        this.registry = registry;
        this.operator = operator;
        for (FailureCode code : FailureCode.values()) {
            failures.put(
                    code,
                    kept(Counter.builder("sluice.failures")
                            .description("Streams that were refused or failed, by the code that the client was told")
                            .tag("code", code.reason())
                            .register(registry)));
        }
        accepted = kept(Counter.builder("sluice.media.accepted")
                .baseUnit("bytes")
                .description("Media that FFmpeg took")
                .register(registry));
        complete = ended("complete");
        failed = ended("failed");
        ffmpegStart = kept(Timer.builder("sluice.ffmpeg.start")
                .description("From the wish to start an FFmpeg to its process")
                .serviceLevelObjectives(STARTS)
                .register(registry));
        for (SessionState state : EnumSet.complementOf(EnumSet.of(SessionState.CLOSED))) {
            kept(Gauge.builder("sluice.sessions", this, meters -> meters.count(state))
                    .description("Sessions, by where they are in their life")
                    .tag("state", state.text())
                    .register(registry));
        }
        gauge("sluice.streams.slow", "Live streams that FFmpeg cannot keep up with", null, SessionMeters::slow);
        gauge("sluice.media.queued", "Media that has arrived and waits for FFmpeg", "bytes", SessionMeters::queued);
        gauge("sluice.ready", "1 while new streams are accepted", null, meters -> ready.getAsBoolean() ? 1 : 0);
        gauge(
                "sluice.cpu.expected",
                "What all streams are expected to use",
                "cores",
                meters -> admission.get().expectedCores());
        gauge(
                "sluice.cpu.allowed",
                "What they may be expected to use",
                "cores",
                meters -> admission.get().maxCores());
        gauge("sluice.memory.free", "Memory that is left, within the container's limit", "bytes", meters -> {
            OptionalLong free = admission.get().freeBytes();
            return free.isPresent() ? free.getAsLong() : Double.NaN;
        });
    }

    @Override
    public void on(SessionEvent event) {
        if (event instanceof SessionEvent.Started start) {
            started(start).increment();
            ffmpegStart.record(start.ffmpegStart());
        } else if (event instanceof SessionEvent.Progressed progressed) {
            accepted(progressed.sessionId(), progressed.progress().acceptedBytes());
        } else if (event instanceof SessionEvent.Ended end) {
            accepted(end.sessionId(), end.acceptedBytes());
            acceptedBytes.remove(end.sessionId());
            (end.failure().isPresent() ? failed : complete).increment();
            end.failure().ifPresent(failure -> failure(failure.code()));
        } else if (event instanceof SessionEvent.Refused refused) {
            failure(refused.failure().code());
        }
    }

    /** Takes the meters out of the registry, which another gateway may use next. */
    @Override
    public void close() {
        meters.forEach(registry::remove);
    }

    private void failure(FailureCode code) {
        Counter counter = failures.get(code);
        if (counter != null) {
            counter.increment();
        }
    }

    private void accepted(String sessionId, long bytes) {
        Long before = acceptedBytes.put(sessionId, bytes);
        accepted.increment((double) (bytes - (before == null ? 0 : before)));
    }

    private Counter started(SessionEvent.Started start) {
        String way = start.negotiated() ? "negotiated" : "plain";
        return started.computeIfAbsent(
                List.of(way, text(start.video()), text(start.audio())),
                tags -> kept(Counter.builder("sluice.streams.started")
                        .description("Streams whose FFmpeg ran, by their way in and by what becomes of their tracks")
                        .tag("way", tags.get(0))
                        .tag("video", tags.get(1))
                        .tag("audio", tags.get(2))
                        .register(registry)));
    }

    private Counter ended(String how) {
        return kept(Counter.builder("sluice.streams.ended")
                .description("Streams whose FFmpeg ran, by their end")
                .tag("outcome", how)
                .register(registry));
    }

    private void gauge(String name, String words, @Nullable String unit, ToDoubleFunction<SessionMeters> value) {
        kept(Gauge.builder(name, this, value).description(words).baseUnit(unit).register(registry));
    }

    private <T extends Meter> T kept(T meter) {
        meters.add(meter);
        return meter;
    }

    private static String text(@Nullable TrackHandling handling) {
        return handling == null ? "none" : handling.name().toLowerCase(Locale.ROOT);
    }

    private double count(SessionState state) {
        return operator.sessions().stream()
                .filter(session -> session.state() == state)
                .count();
    }

    private double slow() {
        return operator.sessions().stream()
                .filter(session -> session.state() == SessionState.LIVE)
                .map(SessionStatus::media)
                .filter(SessionMeters::isSlow)
                .count();
    }

    private static boolean isSlow(@Nullable Media media) {
        return media != null
                && media.progress().outTimeMs() >= SETTLED.toMillis()
                && media.progress().speed() < SLOW;
    }

    private double queued() {
        double sum = 0;
        for (SessionStatus session : operator.sessions()) {
            Media media = session.media();
            sum += media == null ? 0 : media.progress().queuedBytes();
        }
        return sum;
    }
}
