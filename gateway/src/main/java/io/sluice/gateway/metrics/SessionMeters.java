package io.sluice.gateway.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sluice.gateway.admission.AdmissionSnapshot;
import io.sluice.gateway.media.ReplayMemory;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.SessionStatus.Media;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * The meters of a gateway, in any Micrometer registry. Clients cannot influence tags, so the number of time series is
 * bounded, and no tag identifies a stream.
 *
 * <p>Thread-safe. Not in the media path.
 */
public final class SessionMeters implements MeterBinding.Meters {

    /**
     * FFmpeg's speed is averaged since the start of the stream, so it is meaningful only after {@link #SETTLING_TIME}.
     */
    private static final double SLOW_SPEED = 0.95;

    private static final Duration SETTLING_TIME = Duration.ofSeconds(10);

    private static final Duration[] START_BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(40),
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
    private final SessionOperations operations;
    private final Queue<Meter> meters = new ConcurrentLinkedQueue<>();
    private final Map<FailureCode, Counter> failures = new EnumMap<>(FailureCode.class);
    private final ConcurrentMap<List<String>, Counter> started = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Long> acceptedBytes = new ConcurrentHashMap<>();
    private final Counter accepted;
    private final Counter skippedMessages;
    private final Map<Resumed.Mode, Counter> resumes = new EnumMap<>(Resumed.Mode.class);
    private final Counter complete;
    private final Counter failed;
    private final Timer ffmpegStart;
    private final OutputMeters outputs;

    /**
     * Binds the meters of a gateway to a registry.
     *
     * @param registry receives the meters when the gateway starts; they are removed when it closes
     * @return the binding for {@link io.sluice.gateway.GatewayBuilder#meters}
     */
    public static MeterBinding in(MeterRegistry registry) {
        return (operations, ready, admission, replay) ->
                new SessionMeters(registry, operations, ready, admission, replay);
    }

    private SessionMeters(
            MeterRegistry registry,
            SessionOperations operations,
            BooleanSupplier ready,
            Supplier<AdmissionSnapshot> admission,
            ReplayMemory replay) {
        this.registry = registry;
        this.operations = operations;
        for (FailureCode code : FailureCode.values()) {
            failures.put(
                    code,
                    registered(Counter.builder("sluice.failures")
                            .description("Streams that were refused or failed, by failure code")
                            .tag("code", code.reason())
                            .register(registry)));
        }
        for (Resumed.Mode mode : Resumed.Mode.values()) {
            resumes.put(
                    mode,
                    registered(Counter.builder("sluice.resumes")
                            .description(
                                    "Recordings that went on over another connection, by what became of the stream")
                            .tag("mode", mode.wireName())
                            .register(registry)));
        }
        accepted = registered(Counter.builder("sluice.media.accepted")
                .baseUnit("bytes")
                .description("Media that FFmpeg accepted")
                .register(registry));
        skippedMessages = registered(Counter.builder("sluice.ffmpeg.messages.skipped")
                .baseUnit("bytes")
                .description("Messages that FFmpeg printed too fast to be inspected")
                .register(registry));
        complete = ended("complete");
        failed = ended("failed");
        outputs = new OutputMeters(registry, operations, this::registered);
        ffmpegStart = registered(Timer.builder("sluice.ffmpeg.start")
                .description("Time from the request to start FFmpeg until its process runs")
                .serviceLevelObjectives(START_BUCKETS)
                .register(registry));
        for (SessionState state : EnumSet.complementOf(EnumSet.of(SessionState.CLOSED))) {
            registered(Gauge.builder("sluice.sessions", this, meters -> meters.count(state))
                    .description("Sessions, by state")
                    .tag("state", state.text())
                    .register(registry));
        }
        gauge("sluice.streams.slow", "Live streams that FFmpeg cannot keep up with", null, SessionMeters::slow);
        gauge(
                "sluice.media.queued",
                "Media that has arrived and is waiting for FFmpeg",
                "bytes",
                SessionMeters::queued);
        gauge("sluice.ready", "1 while new streams are accepted", null, meters -> ready.getAsBoolean() ? 1 : 0);
        gauge(
                "sluice.cpu.expected",
                "Expected CPU usage of all streams",
                "cores",
                meters -> admission.get().expectedCores());
        gauge(
                "sluice.cpu.allowed",
                "Maximum expected CPU usage of all streams",
                "cores",
                meters -> admission.get().maxCores());
        registered(FunctionCounter.builder(
                        "sluice.watch.refused",
                        admission,
                        current -> current.get().refusedGuesses())
                .description("Requests for previews refused after too many for previews that do not exist")
                .register(registry));
        gauge("sluice.replay.used", "Media kept for outputs that start again", "bytes", meters -> replay.usedBytes());
        gauge("sluice.replay.max", "Maximum of the same", "bytes", meters -> replay.maxBytes());
        gauge("sluice.memory.free", "Free memory, within the container's limit", "bytes", meters -> {
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
        } else if (event instanceof SessionEvent.MessagesSkipped skipped) {
            skippedMessages.increment((double) skipped.bytes());
        } else if (event instanceof SessionEvent.OutputChanged changed) {
            outputs.changed(changed.sessionId(), changed.output());
        } else if (event instanceof SessionEvent.GroupsSkipped) {
            outputs.groupsSkipped();
        } else if (event instanceof SessionEvent.Resumed resumed) {
            Objects.requireNonNull(resumes.get(resumed.mode())).increment();
        } else if (event instanceof SessionEvent.Ended end) {
            outputs.ended(end.sessionId());
            accepted(end.sessionId(), end.acceptedBytes());
            acceptedBytes.remove(end.sessionId());
            (end.failure().isPresent() ? failed : complete).increment();
            end.failure().ifPresent(failure -> failure(failure.code()));
        } else if (event instanceof SessionEvent.Refused refused) {
            failure(refused.failure().code());
        }
    }

    /** Removes the meters from the registry, so that another gateway can use it. */
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
                tags -> registered(Counter.builder("sluice.streams.started")
                        .description("Streams whose FFmpeg started, by endpoint and by how their tracks are handled")
                        .tag("way", tags.get(0))
                        .tag("video", tags.get(1))
                        .tag("audio", tags.get(2))
                        .register(registry)));
    }

    private Counter ended(String outcome) {
        return registered(Counter.builder("sluice.streams.ended")
                .description("Streams whose FFmpeg started, by outcome")
                .tag("outcome", outcome)
                .register(registry));
    }

    private void gauge(String name, String description, @Nullable String unit, ToDoubleFunction<SessionMeters> value) {
        registered(Gauge.builder(name, this, value)
                .description(description)
                .baseUnit(unit)
                .register(registry));
    }

    private <T extends Meter> T registered(T meter) {
        meters.add(meter);
        return meter;
    }

    private static String text(@Nullable TrackHandling handling) {
        return handling == null ? "none" : handling.wireName();
    }

    private double count(SessionState state) {
        return operations.sessions().stream()
                .filter(session -> session.state() == state)
                .count();
    }

    private double slow() {
        return operations.sessions().stream()
                .filter(session -> session.state() == SessionState.LIVE)
                .map(SessionStatus::media)
                .filter(SessionMeters::isSlow)
                .count();
    }

    private static boolean isSlow(@Nullable Media media) {
        return media != null
                && media.progress().outTimeMs() >= SETTLING_TIME.toMillis()
                && media.progress().speed() < SLOW_SPEED;
    }

    private double queued() {
        double sum = 0;
        for (SessionStatus session : operations.sessions()) {
            Media media = session.media();
            sum += media == null ? 0 : media.progress().queuedBytes();
        }
        return sum;
    }
}
