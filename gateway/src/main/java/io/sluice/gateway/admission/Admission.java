package io.sluice.gateway.admission;

import io.sluice.gateway.admission.CostEstimator.Running;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is room for one more stream: {@link #arrive} before anybody is asked for permission, {@link Ticket#admit} after it, and
 * {@link Ticket#begin} when it is known what its FFmpeg has to do.
 *
 * <p>What a stranger can use up is counted by address only. Keys and the whole gateway are counted for those who have permission, so that
 * nobody can spend what belongs to somebody else.
 *
 * <p>Thread-safe; shared by all event loops.
 */
public final class Admission {

    /** Once full, there must be some room before it is said that there is: or those who balance the load would be sent to and fro. */
    private static final double ROOM_AGAIN = 0.95;

    private final LoadMonitor load;
    private final LongSupplier nanoClock;
    private final ConcurrentMap<ClientNetwork, Integer> addressStreams = new ConcurrentHashMap<>();
    private final AtomicInteger streams = new AtomicInteger();
    private final Set<Ticket> running = ConcurrentHashMap.newKeySet();
    private volatile boolean wasFull;
    private volatile Bounds bounds;

    /** The limits, with the starts that were counted under them. */
    private record Bounds(
            AdmissionLimits limits,
            TokenBucket allStarts,
            StartRateLimiter<ClientNetwork> addressStarts,
            StartRateLimiter<StreamKey> keyStarts) {

        static Bounds of(AdmissionLimits limits, long nowNanos) {
            return new Bounds(
                    limits,
                    StartRateLimiter.bucket(limits.startsPerSecond(), nowNanos),
                    new StartRateLimiter<>(limits.startsPerAddressPerSecond()),
                    new StartRateLimiter<>(limits.startsPerKeyPerSecond()));
        }
    }

    /**
     * Counts from zero. Reads files, to learn what the machine has.
     *
     * @param limits how many streams there may be
     * @param loadLimits what they may take of the machine
     */
    public Admission(AdmissionLimits limits, LoadLimits loadLimits) {
        this(
                limits,
                new LoadMonitor(
                        loadLimits, new HostResources(), Runtime.getRuntime().availableProcessors()),
                System::nanoTime);
    }

    Admission(AdmissionLimits limits, LoadMonitor load, LongSupplier nanoClock) {
        this.load = load;
        this.nanoClock = nanoClock;
        this.bounds = Bounds.of(limits, nanoClock.getAsLong());
    }

    /**
     * Sets other limits, for who comes from now on. Streams stay counted; rates of starts that change begin anew.
     *
     * @param limits how many streams there may be
     * @param loadLimits what they may take of the machine
     */
    public void become(AdmissionLimits limits, LoadLimits loadLimits) {
        load.become(loadLimits);
        if (!limits.equals(bounds.limits())) {
            bounds = Bounds.of(limits, nanoClock.getAsLong());
        }
    }

    /**
     * Somebody wants to publish.
     *
     * @param address whose it is, by way of trusted proxies; null where the transport has none
     * @return a ticket that has to be given back, or why there is none
     */
    public Result<Ticket> arrive(@Nullable InetAddress address) {
        ClientNetwork network = ClientNetwork.of(address);
        if (network == null) {
            return Result.ok(new Ticket(null));
        }
        Bounds valid = bounds;
        AdmissionLimits limits = valid.limits();
        long early = valid.addressStarts().nanosTooEarly(network, nanoClock.getAsLong());
        if (early > 0) {
            return new Result.Refused<>(
                    AdmissionFailures.tooManyStarts("your address", limits.startsPerAddressPerSecond(), early));
        }
        int mine = addressStreams.merge(network, 1, Integer::sum);
        if (mine > limits.maxStreamsPerAddress()) {
            leave(network);
            return new Result.Refused<>(AdmissionFailures.tooManyStreams(limits.maxStreamsPerAddress()));
        }
        return Result.ok(new Ticket(network));
    }

    /**
     * Why the gateway takes no more streams, with some margin before it is said to take them again.
     *
     * @return words for an operator, or empty
     */
    public Optional<String> whyFull() {
        double share = wasFull ? ROOM_AGAIN : 1;
        Integer most = bounds.limits().maxStreams();
        Optional<String> why = most != null && streams.get() >= most * share
                ? Optional.of("there are " + streams + " streams, and " + most + " there may be")
                : load.lack(share).map(what -> "no room for another stream, for lack of " + what);
        wasFull = why.isPresent();
        return why;
    }

    /**
     * What is known now.
     *
     * @return figures that may have changed already
     */
    public AdmissionSnapshot snapshot() {
        return load.snapshot(streams.get());
    }

    /** Looks at the machine and at what streams cost, which takes a moment and reads files. To be called by one thread, every few seconds. */
    public void sample() {
        load.sample(running.stream().flatMap(Ticket::asRunning).toList());
    }

    /** Somebody's place. Thread-safe, but each step is for one thread. */
    public final class Ticket {

        private final @Nullable ClientNetwork network;
        private final AtomicBoolean released = new AtomicBoolean();
        private volatile boolean admitted;
        private volatile @Nullable Workload work;
        private volatile long pid;
        private volatile long outTimeMillis;

        private Ticket(@Nullable ClientNetwork network) {
            this.network = network;
        }

        /**
         * Its holder has permission. To be called once.
         *
         * @param key to publish under this key
         * @return why there is no room nonetheless, or empty
         */
        public Optional<Failure> admit(StreamKey key) {
            Bounds valid = bounds;
            AdmissionLimits limits = valid.limits();
            long now = nanoClock.getAsLong();
            long early = valid.keyStarts().nanosTooEarly(key, now);
            if (early > 0) {
                return Optional.of(
                        AdmissionFailures.tooManyStarts("this stream key", limits.startsPerKeyPerSecond(), early));
            }
            early = StartRateLimiter.nanosTooEarly(valid.allStarts(), now);
            if (early > 0) {
                return Optional.of(AdmissionFailures.tooManyAtOnce(early));
            }
            Integer most = limits.maxStreams();
            int all = streams.incrementAndGet();
            if (most != null && all > most) {
                streams.decrementAndGet();
                return Optional.of(AdmissionFailures.full(most));
            }
            admitted = true;
            return Optional.empty();
        }

        /**
         * Its FFmpeg is to be started. To be called once, after {@link #admit}.
         *
         * @param what it has to do
         * @return why there is no room for that, or empty
         */
        public Optional<Failure> begin(Workload what) {
            Optional<Failure> lack = load.begin(what).map(AdmissionFailures::lacking);
            if (lack.isEmpty()) {
                work = what;
            }
            return lack;
        }

        /**
         * Its FFmpeg runs.
         *
         * @param process the number of the process, by which its cost can be learnt
         */
        public void runs(long process) {
            pid = process;
            running.add(this);
        }

        /**
         * Its FFmpeg has come further.
         *
         * @param outMillis how far, in milliseconds of media
         */
        public void progressed(long outMillis) {
            outTimeMillis = outMillis;
        }

        private Stream<Running> asRunning() {
            Workload what = work;
            return what == null ? Stream.empty() : Stream.of(new Running(what, pid, outTimeMillis));
        }

        /** Its holder has gone; from the second call on without effect. */
        public void release() {
            if (!released.compareAndSet(false, true)) {
                return;
            }
            running.remove(this);
            Workload what = work;
            if (what != null) {
                load.end(what);
            }
            if (admitted) {
                streams.decrementAndGet();
            }
            if (network != null) {
                leave(network);
            }
        }
    }

    private void leave(ClientNetwork network) {
        addressStreams.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
    }
}
