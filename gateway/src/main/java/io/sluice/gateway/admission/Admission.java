package io.sluice.gateway.admission;

import io.sluice.gateway.admission.CostEstimator.ActiveStream;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.net.InetAddress;
import java.util.List;
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
 * Decides whether there is capacity for another stream: {@link #requestTicket} before authorization,
 * {@link Ticket#countStart} after it, {@link Ticket#acquireSlot} once the client has said or shown what it sends, and
 * {@link Ticket#reserveCapacity} once its FFmpeg's work is known.
 *
 * <p>Before authorization, clients are counted per address only. The limits per key and of the whole gateway count
 * authorized publishers only, so that strangers cannot use up the quota of others.
 *
 * <p>Thread-safe; shared by all event loops.
 */
public final class Admission {

    /** Once full, the gateway is ready again only below this share of a limit; otherwise load balancers would flap. */
    private static final double READY_AGAIN_SHARE = 0.95;

    private final LoadMonitor load;
    private final LongSupplier nanoClock;
    private final ConcurrentMap<ClientNetwork, Integer> addressStreams = new ConcurrentHashMap<>();
    private final AtomicInteger streams = new AtomicInteger();
    private final Set<Ticket> running = ConcurrentHashMap.newKeySet();
    private final WatchGuesses watchGuesses;
    private volatile boolean wasFull;
    private volatile Bounds bounds;

    /** The limits and the starts counted against them. */
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
     * Starts without streams. Reads files to determine the host's resources.
     *
     * @param limits limits on the number and rate of streams
     * @param loadLimits limits on the host's load
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
        this.watchGuesses = new WatchGuesses(nanoClock);
        this.bounds = Bounds.of(limits, nanoClock.getAsLong());
    }

    /**
     * Applies other limits to new streams. Streams stay counted; if the limits change, start rates are counted from
     * zero again.
     *
     * @param limits limits on the number and rate of streams
     * @param loadLimits limits on the host's load
     */
    public void update(AdmissionLimits limits, LoadLimits loadLimits) {
        load.update(loadLimits);
        if (!limits.equals(bounds.limits())) {
            bounds = Bounds.of(limits, nanoClock.getAsLong());
        }
    }

    /**
     * Checks the limits per address, before authorization.
     *
     * @param address the client's address, resolved through trusted proxies; null if the transport has none
     * @return a ticket, which must be released, or the reason for the refusal
     */
    public Result<Ticket> requestTicket(@Nullable InetAddress address) {
        ClientNetwork network = ClientNetwork.of(address);
        if (network == null) {
            return Result.ok(new Ticket(null));
        }
        Bounds current = bounds;
        AdmissionLimits limits = current.limits();
        long early = current.addressStarts().nanosTooEarly(network, nanoClock.getAsLong());
        if (early > 0) {
            return new Result.Refused<>(
                    AdmissionFailures.tooManyStarts("from your address", limits.startsPerAddressPerSecond(), early));
        }
        int count = addressStreams.merge(network, 1, Integer::sum);
        if (count > limits.maxStreamsPerAddress()) {
            releaseAddress(network);
            return new Result.Refused<>(AdmissionFailures.tooManyStreams(limits.maxStreamsPerAddress()));
        }
        return Result.ok(new Ticket(network));
    }

    /**
     * Why the gateway has no capacity for another stream. Once full, it has capacity again below 95 % of the limit.
     *
     * @return the reason, for the operator; empty if there is capacity
     */
    public Optional<String> fullReason() {
        double share = wasFull ? READY_AGAIN_SHARE : 1;
        Integer max = bounds.limits().maxStreams();
        Optional<String> reason = max != null && streams.get() >= max * share
                ? Optional.of(streams + " of at most " + max + " streams are in use")
                : load.shortage(share)
                        .map(shortage -> "no capacity for another stream: " + shortage)
                        .or(() -> load.descriptors().crowdedReason(share));
        wasFull = reason.isPresent();
        return reason;
    }

    /**
     * The descriptors of the process, which servers count their connections in.
     *
     * @return the ledger
     */
    public DescriptorLedger descriptors() {
        return load.descriptors();
    }

    /**
     * The limit of requests for previews that do not exist.
     *
     * @return shared by all viewers
     */
    public WatchGuesses watchGuesses() {
        return watchGuesses;
    }

    /**
     * The current figures.
     *
     * @return a snapshot
     */
    public AdmissionSnapshot snapshot() {
        return load.snapshot(streams.get(), watchGuesses.refused());
    }

    /**
     * Samples the host's resources and the cost of running streams. Reads files. Call it every few seconds, from one
     * thread.
     */
    public void sample() {
        load.sample(running.stream().flatMap(Ticket::activeRuns).toList());
    }

    /**
     * One stream's share of the limits, until {@link #release}. Thread-safe, but each step must be called by one
     * thread.
     */
    public final class Ticket {

        private final @Nullable ClientNetwork network;
        private final AtomicBoolean released = new AtomicBoolean();
        private volatile boolean hasSlot;
        private volatile List<Run> runs = List.of();

        private Ticket(@Nullable ClientNetwork network) {
            this.network = network;
        }

        /**
         * Checks the limits per key and of the whole gateway, after authorization, and counts a start. Call it once. A
         * place is held only from {@link #acquireSlot} on.
         *
         * @param key the stream key
         * @return the reason for a refusal, or empty
         */
        public Optional<Failure> countStart(StreamKey key) {
            Bounds current = bounds;
            AdmissionLimits limits = current.limits();
            long now = nanoClock.getAsLong();
            long early = current.keyStarts().nanosTooEarly(key.identity(), now);
            if (early > 0) {
                return Optional.of(AdmissionFailures.tooManyStarts(
                        "under this stream key", limits.startsPerKeyPerSecond(), early));
            }
            early = StartRateLimiter.nanosTooEarly(current.allStarts(), now);
            if (early > 0) {
                return Optional.of(AdmissionFailures.startRateExceeded(early));
            }
            Integer max = limits.maxStreams();
            return max != null && streams.get() >= max ? Optional.of(AdmissionFailures.full(max)) : Optional.empty();
        }

        /**
         * Takes one of the gateway's places, once it is known what the client sends. Call it once, after
         * {@link #countStart}.
         *
         * @return the reason for a refusal, or empty
         */
        public Optional<Failure> acquireSlot() {
            Integer max = bounds.limits().maxStreams();
            int count = streams.incrementAndGet();
            if (max != null && count > max) {
                streams.decrementAndGet();
                return Optional.of(AdmissionFailures.full(max));
            }
            hasSlot = true;
            return Optional.empty();
        }

        /**
         * Checks the host's resources, before FFmpeg is started. Call it once, after {@link #acquireSlot}.
         *
         * @param planned what each of the stream's processes has to do
         * @return the reason for a refusal, or empty
         */
        public Optional<Failure> reserveCapacity(List<Workload> planned) {
            Optional<Failure> failure = load.reserve(planned).map(AdmissionFailures::insufficient);
            if (failure.isEmpty()) {
                runs = planned.stream().map(Run::new).toList();
            }
            return failure;
        }

        /**
         * One of the processes that capacity was reserved for.
         *
         * @param index its position among them
         * @return the process
         */
        public Run run(int index) {
            return runs.get(index);
        }

        private Stream<ActiveStream> activeRuns() {
            return runs.stream().flatMap(Run::active);
        }

        /** Releases everything that was counted. Idempotent. */
        public void release() {
            if (!released.compareAndSet(false, true)) {
                return;
            }
            running.remove(this);
            runs.forEach(Run::release);
            if (hasSlot) {
                streams.decrementAndGet();
            }
            if (network != null) {
                releaseAddress(network);
            }
        }

        /** One FFmpeg of a stream, and those that are started in its place. */
        public final class Run {

            private final Workload work;
            private volatile boolean wasStarted;
            private volatile long pid;
            private volatile long outTimeMillis;

            private Run(Workload work) {
                this.work = work;
            }

            /**
             * FFmpeg has started.
             *
             * @param process its process id, for measuring its cost
             */
            public void started(long process) {
                ended();
                pid = process;
                if (!wasStarted) {
                    wasStarted = true;
                    load.descriptors().streamRuns();
                }
                running.add(Ticket.this);
            }

            /**
             * Updates FFmpeg's progress.
             *
             * @param outMillis milliseconds of media written so far
             */
            public void updateProgress(long outMillis) {
                outTimeMillis = outMillis;
            }

            /** FFmpeg has ended. Another one may be started in its place. */
            public void ended() {
                if (pid != 0) {
                    load.ended(pid);
                    pid = 0;
                }
            }

            private Stream<ActiveStream> active() {
                long process = pid;
                return process == 0 ? Stream.empty() : Stream.of(new ActiveStream(work, process, outTimeMillis));
            }

            private void release() {
                ended();
                load.release(work, wasStarted);
            }
        }
    }

    private void releaseAddress(ClientNetwork network) {
        addressStreams.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
    }
}
