package io.sluice.gateway.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
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
import io.sluice.gateway.GatewayVersion;
import io.sluice.gateway.metrics.MeterBinding;
import io.sluice.gateway.metrics.SessionMeters;
import io.sluice.gateway.server.ConnectionCounts.Reason;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The metrics of the stand-alone server, in the format of Prometheus. */
public final class PrometheusMeters implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /** Registers the metrics of the process. */
    public PrometheusMeters() {
        List<MeterBinder> process = List.of(
                garbageCollection,
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        process.forEach(binder -> binder.bindTo(registry));
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
            new NettyAllocatorMetrics(buffers).bindTo(registry);
        }
        Gauge.builder("sluice.build.info", () -> 1)
                .description("1; the tags are the versions of Sluice and of Java")
                .tag("version", GatewayVersion.VERSION)
                .tag("java", Runtime.version().toString())
                .register(registry);
    }

    /** Adds the metrics of a listener's connections. */
    void watchConnections(String name, String whose, ConnectionLimiter limiter) {
        Gauge.builder(name, limiter, ConnectionLimiter::connections)
                .description("Connections of the " + whose + " listener")
                .register(registry);
        for (Reason reason : Reason.values()) {
            FunctionCounter.builder(
                            name + ".refused",
                            limiter,
                            refusing -> refusing.counts().total(reason))
                    .description("Connections of the " + whose + " listener that were refused or closed, by reason")
                    .tag("reason", reason.tag())
                    .register(registry);
        }
    }

    /** Adds the metric of TLS handshakes that were refused. */
    void watchTls(TlsFiles tls) {
        FunctionCounter.builder("sluice.connections.refused", tls, TlsFiles::refusedHandshakes)
                .description("Connections that were refused, or closed without a request in time")
                .tag("reason", "handshake")
                .register(registry);
    }

    /**
     * Adds the metric of a rejected configuration.
     *
     * @param stale whether the active configuration is older than its file; called from any thread
     */
    public void watchConfig(BooleanSupplier stale) {
        Gauge.builder("sluice.config.stale", stale, older -> older.getAsBoolean() ? 1 : 0)
                .description("1 while the configuration file has errors and the previous configuration is active")
                .strongReference(true)
                .register(registry);
    }

    /**
     * Adds the metrics of a gateway.
     *
     * @return for the gateway's builder
     */
    public MeterBinding binding() {
        return SessionMeters.in(registry);
    }

    /** Removes the listeners at the garbage collectors. */
    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }

    /** All metrics in version 0.0.4 of the text format. Inspects all streams and descriptors; blocks. */
    String text() {
        return registry.scrape();
    }
}
