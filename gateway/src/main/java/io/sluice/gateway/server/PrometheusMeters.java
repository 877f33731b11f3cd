package io.sluice.gateway.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.sluice.gateway.metrics.MeterBinding;
import io.sluice.gateway.metrics.SessionMeters;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The meters of the process that the command line has started, for Prometheus to fetch. */
public final class PrometheusMeters {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    public PrometheusMeters() {
        List<MeterBinder> process = List.of(
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        process.forEach(binder -> binder.bindTo(registry));
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
            new NettyAllocatorMetrics(buffers).bindTo(registry);
        }
    }

    /** Connections, among them those that never become streams. */
    void watch(ConnectionLimiter doorkeeper) {
        Gauge.builder("sluice.connections", doorkeeper, ConnectionLimiter::connections)
                .description("Connections of the publishers' listener, streams and all others")
                .register(registry);
        FunctionCounter.builder("sluice.connections.refused", doorkeeper, ConnectionLimiter::turnedAway)
                .description("Connections that were closed without a stream")
                .tag("reason", "full")
                .register(registry);
        FunctionCounter.builder("sluice.connections.refused", doorkeeper, ConnectionLimiter::tooSlow)
                .description("Connections that were closed without a stream")
                .tag("reason", "slow")
                .register(registry);
    }

    /** Whether the configuration that holds is older than its file. */
    public void watch(BooleanSupplier stale) {
        Gauge.builder("sluice.config.stale", stale, older -> older.getAsBoolean() ? 1 : 0)
                .description(
                        "1 while the configuration file has faults, or cannot be read, and the one before it holds")
                .strongReference(true)
                .register(registry);
    }

    public MeterBinding metering() {
        return SessionMeters.in(registry);
    }

    /** Version 0.0.4 of the text format. Looks at all streams, and at the descriptors of the process: takes a moment. */
    String text() {
        return registry.scrape();
    }
}
