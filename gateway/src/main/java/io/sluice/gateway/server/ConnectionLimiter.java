package io.sluice.gateway.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Limits the server's connections, and the time of each until its request is complete. Shared by all event loops.
 *
 * <p>A full server continues to accept. Otherwise the kernel would queue new connections, including those of load
 * balancers that ask {@code /health/ready}. Therefore a few more than allowed are accepted for one request each: health
 * requests are answered, all others get a 503. Connections beyond these are closed immediately.
 */
final class ConnectionLimiter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimiter.class);

    /** Connections for health checks while the server is full. */
    static final int RESERVE = 64;

    private static final String REQUEST_TIMEOUT = "sluice.requestTimeout";

    private final ConnectionLimits limits;
    private final Duration idleTimeout;
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    private final LongAdder tooSlow = new LongAdder();

    ConnectionLimiter(ConnectionLimits limits, Duration idleTimeout) {
        this.limits = limits;
        this.idleTimeout = idleTimeout;
    }

    /** Applies the limits to a server. */
    HttpServer limit(HttpServer server) {
        return server.doOnChannelInit((observer, channel, address) -> add(channel));
    }

    int connections() {
        return connections.get();
    }

    /** Connections above the limit, since the start. */
    long refused() {
        return refused.sum();
    }

    /** Connections that were closed without a complete request in time, since the start. */
    long tooSlow() {
        return tooSlow.sum();
    }

    private void add(Channel channel) {
        int count = connections.incrementAndGet();
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        boolean isFull = count > limits.maxConnections();
        if (isFull) {
            refused.increment();
            LOG.debug("{} connections: refusing {}", count, channel.remoteAddress());
        }
        if (count > limits.maxConnections() + RESERVE) {
            channel.close();
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addAfter(
                NettyPipeline.HttpCodec,
                REQUEST_TIMEOUT,
                new RequestTimeoutHandler(
                        limits.requestTimeout(),
                        idleTimeout.plus(limits.requestTimeout()),
                        isFull,
                        tooSlow::increment));
    }
}
