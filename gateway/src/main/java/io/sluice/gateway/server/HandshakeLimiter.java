package io.sluice.gateway.server;

import io.netty.channel.Channel;
import io.sluice.gateway.admission.ArrivalRate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which TLS handshakes begin. A handshake costs the server a signature, some milliseconds of processor time,
 * and the client nothing if it repeats a recorded first message. So they are limited per address, which leaves room for
 * others, and in all, which leaves processor time for media. Shared by all listeners and event loops.
 *
 * <p>Handshakes in progress are bounded, because each holds some 50 KB. At the bound a new one displaces the oldest, so
 * that clients which never finish theirs cannot lock others out.
 */
final class HandshakeLimiter {

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLimiter.class);

    static final int MAX_IN_PROGRESS = 512;

    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final ArrivalRate rate;
    private final Set<Channel> inProgress = new LinkedHashSet<>();
    private final LongAdder refused = new LongAdder();
    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_INTERVAL.toNanos());
    private final AtomicLong loggedCount = new AtomicLong();

    HandshakeLimiter(TlsSettings settings) {
        rate = new ArrivalRate(settings.maxHandshakeRate(), settings.maxHandshakeRatePerAddress());
    }

    /** Handshakes that were refused or displaced since the start. */
    long refused() {
        return refused.sum();
    }

    /**
     * Counts a handshake whose first bytes have arrived.
     *
     * @param channel its connection
     * @param isProxy which addresses are not limited each, because many clients share them
     * @return whether it may go on; then {@link #end} has to follow
     */
    boolean begin(Channel channel, Predicate<InetSocketAddress> isProxy) {
        InetSocketAddress peer = channel.remoteAddress() instanceof InetSocketAddress inet ? inet : null;
        InetAddress limited = peer == null || isProxy.test(peer) ? null : peer.getAddress();
        if (!rate.allows(limited, System.nanoTime())) {
            refuse(channel, "too many");
            return false;
        }
        Channel displaced = null;
        synchronized (inProgress) {
            if (inProgress.size() >= MAX_IN_PROGRESS) {
                Iterator<Channel> oldest = inProgress.iterator();
                displaced = oldest.next();
                oldest.remove();
            }
            inProgress.add(channel);
        }
        if (displaced != null) {
            refuse(displaced, "too many at the same time");
        }
        return true;
    }

    /** A handshake has ended, whichever way. Has no effect if it has ended before. */
    void end(Channel channel) {
        synchronized (inProgress) {
            inProgress.remove(channel);
        }
    }

    /** Closes a connection whose handshake must not go on. */
    void refuse(Channel channel, String reason) {
        refused.increment();
        channel.close();
        long last = loggedNanos.get();
        long now = System.nanoTime();
        if (now - last >= LOG_INTERVAL.toNanos() && loggedNanos.compareAndSet(last, now)) {
            long total = refused.sum();
            LOG.warn(
                    "TLS handshakes refused: {} since the last such line, the latest from {} ({}). Established"
                            + " connections continue. The limits are --max-handshake-rate and"
                            + " --max-handshake-rate-per-address.",
                    total - loggedCount.getAndSet(total),
                    channel.remoteAddress(),
                    reason);
        }
    }
}
