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
 * Counts the server's connections, and watches each until it has become a stream. Shared by all event loops.
 *
 * <p>A full server goes on to accept. If it stopped, the kernel would let newcomers wait, among them whoever asks for {@code /health/ready}
 * to learn that it is full. So a few more than allowed are let in, for one request each: health is answered, everything else is a 503.
 * Whoever comes beyond these is closed at once.
 */
final class ConnectionLimiter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimiter.class);

    /** For those who ask after the server's health while it is full. */
    static final int RESERVE = 64;

    private static final String WATCH = "sluice.requestWatch";

    private final ConnectionLimits limits;
    private final Duration idleTimeout;
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder turnedAway = new LongAdder();
    private final LongAdder tooSlow = new LongAdder();

    ConnectionLimiter(ConnectionLimits limits, Duration idleTimeout) {
        this.limits = limits;
        this.idleTimeout = idleTimeout;
    }

    /** Lets the server's connections pass by here. */
    HttpServer watching(HttpServer server) {
        return server.doOnChannelInit((observer, channel, address) -> enter(channel));
    }

    int connections() {
        return connections.get();
    }

    /** How many came while there were too many. */
    long turnedAway() {
        return turnedAway.sum();
    }

    /** How many did not ask for anything in time. */
    long tooSlow() {
        return tooSlow.sum();
    }

    private void enter(Channel channel) {
        int count = connections.incrementAndGet();
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        boolean crowded = count > limits.maxConnections();
        if (crowded) {
            turnedAway.increment();
            LOG.debug("{} connections: {} is one too many", count, channel.remoteAddress());
        }
        if (count > limits.maxConnections() + RESERVE) {
            channel.close();
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addAfter(
                NettyPipeline.HttpCodec,
                WATCH,
                new RequestTimeoutHandler(
                        limits.handshakeTimeout(),
                        idleTimeout.plus(limits.handshakeTimeout()),
                        crowded,
                        tooSlow::increment));
    }
}
