package io.sluice.gateway.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.gateway.delivery.OutputState;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionStatus.Media;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** The meters of the outputs of all streams. Thread-safe. Not in the media path. */
final class OutputMeters {

    private final SessionOperations operations;
    private final Counter restarts;
    private final Counter lost;
    private final Counter repeated;
    private final Counter droppedGroups;
    private final Map<FailureCode, Counter> failures = new EnumMap<>(FailureCode.class);
    private final ConcurrentMap<Key, OutputStatus> latest = new ConcurrentHashMap<>();

    private record Key(String sessionId, int index) {}

    OutputMeters(MeterRegistry registry, SessionOperations operations, Consumer<Meter> registered) {
        this.operations = operations;
        for (OutputState state : EnumSet.complementOf(EnumSet.of(OutputState.ENDED))) {
            registered.accept(Gauge.builder("sluice.outputs", this, meters -> meters.count(state))
                    .description("Outputs of live streams, by state")
                    .tag("state", state.text())
                    .register(registry));
        }
        for (FailureCode code : FailureCode.values()) {
            Counter counter = Counter.builder("sluice.output.failures")
                    .description("Outputs that were lost or given up, by failure code")
                    .tag("code", code.reason())
                    .register(registry);
            registered.accept(counter);
            failures.put(code, counter);
        }
        restarts = Counter.builder("sluice.output.restarts")
                .description("FFmpegs started again because they or their output had failed")
                .register(registry);
        lost = Counter.builder("sluice.output.lost")
                .baseUnit("seconds")
                .description("Media that outputs have left out")
                .register(registry);
        repeated = Counter.builder("sluice.output.repeated")
                .baseUnit("seconds")
                .description("Media that outputs have written twice")
                .register(registry);
        droppedGroups = Counter.builder("sluice.output.dropped.groups")
                .description("Times that media up to the next key frame was left out for an output that was too slow")
                .register(registry);
        List.of(restarts, lost, repeated, droppedGroups).forEach(registered);
    }

    void changed(String sessionId, OutputStatus now) {
        OutputStatus before = latest.put(new Key(sessionId, now.index()), now);
        restarts.increment(now.restarts() - (before == null ? 0 : before.restarts()));
        lost.increment(seconds(now.lost(), before == null ? Duration.ZERO : before.lost()));
        repeated.increment(seconds(now.repeated(), before == null ? Duration.ZERO : before.repeated()));
        boolean isNew = before == null || !before.since().equals(now.since());
        if (isNew) {
            now.failure().map(Failure::code).map(failures::get).ifPresent(Counter::increment);
        }
    }

    void groupsSkipped() {
        droppedGroups.increment();
    }

    void ended(String sessionId) {
        latest.keySet().removeIf(key -> key.sessionId().equals(sessionId));
    }

    private static double seconds(Duration now, Duration before) {
        return now.minus(before).toNanos() / 1e9;
    }

    private double count(OutputState state) {
        double count = 0;
        for (var session : operations.sessions()) {
            Media media = session.media();
            if (media != null) {
                count += media.outputs().stream()
                        .filter(output -> output.state() == state)
                        .count();
            }
        }
        return count;
    }
}
