package io.sluice.gateway.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sluice.gateway.admission.ClientNetwork;
import io.sluice.gateway.admission.DescriptorLedger;
import io.sluice.gateway.admission.DescriptorLedger.Room;
import io.sluice.gateway.server.ConnectionCounts.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * The gate of a listener: how many connections it has in all and from one address, how long each may take to send its
 * request and to read its answer, and how much memory its answer may use. Shared by all event loops.
 *
 * <p>A full listener continues to accept. Otherwise the kernel would queue new connections, including those of load
 * balancers that ask {@code /health/ready}. Therefore a few more than allowed are accepted for one request each: health
 * requests are answered, all others get a 503. If there are too many of these as well, each takes the place of the
 * oldest, which had time to send its request.
 */
final class ConnectionLimiter {

    /** Connections for health checks while the listener is full. */
    static final int RESERVE = 64;

    /** Connections that are closed for another one, but not yet. */
    private static final int MAX_EVICTING = 16;

    /** An address has at most this share of the descriptors. */
    private static final int ADDRESS_SHARE = 4;

    private static final int LEAST_PER_ADDRESS = 8;

    /** Once full, it is ready again only below this share of the limit; otherwise load balancers would flap. */
    private static final double READY_AGAIN_SHARE = 0.95;

    /** Of connections above the limit: health checks and publishers send their request immediately. */
    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(3);

    /** Per connection, until its upgrade; with TLS as many bytes again. */
    private static final WriteBufferWaterMark WATERMARKS = new WriteBufferWaterMark(16 * 1_024, 32 * 1_024);

    /** What the kernel holds of an answer that the client's kernel has no room for. */
    private static final int UNSENT_BYTES = 64 * 1_024;

    private final ConnectionLimits limits;
    private final DescriptorLedger descriptors;
    private final Predicate<InetSocketAddress> isProxy;
    private final Duration idleTimeout;
    private final int maxPerAddress;
    private final ConnectionCounts counts;
    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentMap<ClientNetwork, Integer> perAddress = new ConcurrentHashMap<>();
    private final boolean isForOperators;

    /** Connections that may have to go for others, the oldest first: those above the limits; operators': all. */
    private final Queue<Channel> evictable = new ConcurrentLinkedQueue<>();

    private final AtomicInteger evicting = new AtomicInteger();
    private volatile boolean wasFull;

    /**
     * A gate without connections.
     *
     * @param listener what the log calls the listener
     * @param limits its limits
     * @param descriptors the ledger of the process
     * @param isProxy which remote addresses are exempt from the limit per address, because many clients share them
     * @param idleTimeout how long a connection is kept for the next request
     * @param isForOperators whether the listener is small and must be there when all else is full: each connection
     *     above the limit then takes the place of the oldest that has sent no complete request
     */
    ConnectionLimiter(
            String listener,
            ConnectionLimits limits,
            DescriptorLedger descriptors,
            Predicate<InetSocketAddress> isProxy,
            Duration idleTimeout,
            boolean isForOperators) {
        this.limits = limits;
        this.descriptors = descriptors;
        this.isProxy = isProxy;
        this.idleTimeout = idleTimeout;
        this.isForOperators = isForOperators;
        this.counts = new ConnectionCounts(listener);
        this.maxPerAddress = (int)
                Math.min(limits.maxPerAddress(), Math.max(LEAST_PER_ADDRESS, descriptors.limit() / ADDRESS_SHARE));
    }

    /** Applies the limits to a server. */
    HttpServer limit(HttpServer server) {
        return server.doOnChannelInit((observer, channel, address) -> add(channel));
    }

    int connections() {
        return connections.get();
    }

    ConnectionCounts counts() {
        return counts;
    }

    /**
     * Why the listener is full. Once full, it has room again below 95 % of its limit.
     *
     * @return the reason, for the operator; empty if there is room
     */
    Optional<String> fullReason() {
        int count = connections.get();
        int max = limits.maxConnections();
        wasFull = count >= (wasFull ? max * READY_AGAIN_SHARE : max);
        return wasFull ? Optional.of(count + " connections are open, of at most " + max) : Optional.empty();
    }

    private boolean isCrowded() {
        return descriptors.isCrowded() || connections.get() >= limits.maxConnections();
    }

    private void add(Channel channel) {
        Admittance admittance = admit(channel);
        if (admittance.room() == Room.NONE) {
            channel.close();
            return;
        }
        channel.config().setWriteBufferWaterMark(WATERMARKS);
        if (channel instanceof EpollSocketChannel socket) {
            socket.config().setTcpNotSentLowAt(UNSENT_BYTES);
        }
        Runnable onUnread = () -> counts.add(Reason.UNREAD, channel.remoteAddress());
        Duration request = admittance.isRestricted() ? shorter(limits.requestTimeout()) : limits.requestTimeout();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addFirst(UnreadAnswerHandler.NAME, new UnreadAnswerHandler(limits.writeTimeout(), onUnread));
        pipeline.addBefore(NettyPipeline.HttpCodec, PacedWriteHandler.NAME, new PacedWriteHandler());
        pipeline.addAfter(
                NettyPipeline.HttpCodec,
                RequestTimeoutHandler.NAME,
                new RequestTimeoutHandler(
                        request,
                        idleTimeout.plus(limits.requestTimeout()),
                        admittance,
                        this::isCrowded,
                        reason -> counts.add(reason, channel.remoteAddress())));
    }

    private static Duration shorter(Duration timeout) {
        return timeout.compareTo(SHORT_TIMEOUT) < 0 ? timeout : SHORT_TIMEOUT;
    }

    private Admittance admit(Channel channel) {
        int count = connections.incrementAndGet();
        ClientNetwork network = networkOf(channel);
        int ofAddress = network == null ? 0 : perAddress.merge(network, 1, Integer::sum);
        Room room = isForOperators ? descriptors.openedByOperator() : descriptors.opened();
        channel.closeFuture().addListener(closed -> {
            connections.decrementAndGet();
            descriptors.closed();
            if (network != null) {
                perAddress.computeIfPresent(network, (key, number) -> number == 1 ? null : number - 1);
            }
        });
        if (ofAddress > maxPerAddress) {
            counts.add(Reason.ADDRESS, channel.remoteAddress());
            return ofAddress > maxPerAddress + RESERVE
                    ? Admittance.full(Room.NONE)
                    : Admittance.tooManyFromAddress(maxPerAddress);
        }
        boolean isFull = count > limits.maxConnections();
        if (room == Room.ANY && !isFull) {
            if (isForOperators) {
                mayBeEvicted(channel);
            }
            return Admittance.FREE;
        }
        counts.add(Reason.FULL, channel.remoteAddress());
        if (isForOperators && evictOldest()) {
            mayBeEvicted(channel);
            return Admittance.FREE;
        }
        boolean isBeyond = room == Room.NONE || count > limits.maxConnections() + RESERVE;
        if ((isBeyond || room == Room.HEALTH) && !evictOldest() && isBeyond) {
            return Admittance.full(Room.NONE);
        }
        mayBeEvicted(channel);
        return Admittance.full(isFull ? Room.HEALTH : Room.STREAMS);
    }

    private void mayBeEvicted(Channel channel) {
        evictable.add(channel);
        channel.closeFuture().addListener(closed -> evictable.remove(channel));
    }

    /** Makes room for a connection. False if there is none that could go, or too many are still going. */
    private boolean evictOldest() {
        if (evicting.get() >= MAX_EVICTING) {
            return false;
        }
        Optional<Channel> oldest =
                evictable.stream().filter(ConnectionLimiter::isWaiting).findFirst();
        if (oldest.isEmpty() || !evictable.remove(oldest.get())) {
            return false;
        }
        evicting.incrementAndGet();
        oldest.get().close().addListener(closed -> evicting.decrementAndGet());
        return true;
    }

    /** Not if it has become a stream, or is not set up yet. */
    private static boolean isWaiting(Channel channel) {
        RequestTimeoutHandler requests = channel.pipeline().get(RequestTimeoutHandler.class);
        return requests != null && !requests.isBusy();
    }

    /** Null if the limit per address does not apply. */
    private @Nullable ClientNetwork networkOf(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress address && !isProxy.test(address)) {
            InetAddress internet = address.getAddress();
            return ClientNetwork.of(internet);
        }
        return null;
    }
}
