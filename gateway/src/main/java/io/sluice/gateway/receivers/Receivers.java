package io.sluice.gateway.receivers;

import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.gateway.output.RtmpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Which RTMP servers are away. One per gateway: streams to the same scheme, host and port share what is known, and one
 * probe. Thread-safe; no thread waits, and the lock is held for some steps in memory.
 */
public final class Receivers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Receivers.class);

    /** Far more servers than streams can have; those beyond are not probed. */
    private static final int MAX_OUTAGES = 10_000;

    /** More than a probe takes. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(7);

    private final Function<RtmpServer, Mono<Boolean>> probe;
    private final Predicate<RtmpServer> proxied;
    private final Runnable onClose;
    private final Scheduler timers;
    private final RandomGenerator random;
    private final Map<RtmpServer, Outage> outages = new HashMap<>();
    private boolean closed;

    /**
     * Creates a table that knows nothing yet.
     *
     * @param environment that of FFmpeg: servers that it reaches through a proxy are not probed
     */
    public Receivers(Map<String, String> environment) {
        this(new RtmpProbe(), new Proxies(environment));
    }

    private Receivers(RtmpProbe probe, Predicate<RtmpServer> proxied) {
        this(probe, proxied, probe::close, Schedulers.parallel(), RandomGenerator.getDefault());
    }

    /**
     * Creates a table with other parts.
     *
     * @param probe whether a server answers; never an error
     * @param proxied which servers cannot be probed
     * @param onClose ends the probe
     * @param timers runs what is due
     * @param random spreads probes and starts
     */
    Receivers(
            Function<RtmpServer, Mono<Boolean>> probe,
            Predicate<RtmpServer> proxied,
            Runnable onClose,
            Scheduler timers,
            RandomGenerator random) {
        this.probe = probe;
        this.proxied = proxied;
        this.onClose = onClose;
        this.timers = timers;
        this.random = random;
    }

    /**
     * Waits until a run for an output may be started.
     *
     * @param output the output
     * @return completes immediately, on the subscriber's thread, if its server is not known to be away; otherwise after
     *     a probe has found it back or a run went live, and a random time of at most two seconds, on any thread. Never
     *     an error, and no signal after {@link #close}. Cancelling it is safe at any time
     */
    public Mono<Void> whenAvailable(RtmpOutput output) {
        return Mono.create(sink -> {
            RtmpServer server = RtmpServer.of(output);
            Outage.Waiting waiting = new Outage.Waiting(sink);
            if (enter(server, waiting)) {
                sink.onDispose(() -> leave(server, waiting));
            } else {
                sink.success();
            }
        });
    }

    private synchronized boolean enter(RtmpServer server, Outage.Waiting waiting) {
        Outage outage = outages.get(server);
        if (closed) {
            return true;
        }
        if (outage == null || outage.isOver()) {
            return false;
        }
        outage.waiting().add(waiting);
        return true;
    }

    /** Whether it was still there. */
    private synchronized boolean leave(RtmpServer server, Outage.Waiting waiting) {
        waiting.turn().dispose();
        Outage outage = outages.get(server);
        if (outage == null || !outage.waiting().remove(waiting)) {
            return false;
        }
        if (outage.isOver() && outage.waiting().isEmpty()) {
            outages.remove(server);
        }
        return true;
    }

    /**
     * A run could not reach the output's server, or lost it: from now on it is probed until it answers, as long as
     * anybody waits for it.
     *
     * @param output the output
     */
    public synchronized void down(RtmpOutput output) {
        RtmpServer server = RtmpServer.of(output);
        Outage known = outages.get(server);
        if (closed || (known != null && !known.isOver()) || proxied.test(server)) {
            return;
        }
        if (known != null) {
            known.begin();
            probeSoon(server, known);
        } else if (outages.size() < MAX_OUTAGES) {
            Outage outage = new Outage(timers.now(TimeUnit.NANOSECONDS));
            outages.put(server, outage);
            probeSoon(server, outage);
        }
    }

    /**
     * A run for the output went live, so its server is back.
     *
     * @param output the output
     */
    public synchronized void up(RtmpOutput output) {
        RtmpServer server = RtmpServer.of(output);
        Outage outage = outages.get(server);
        if (outage != null && !outage.isOver()) {
            end(server, outage);
        }
    }

    private void probeSoon(RtmpServer server, Outage outage) {
        outage.probe()
                .update(timers.schedule(() -> probe(server, outage), outage.pauseMs(random), TimeUnit.MILLISECONDS));
    }

    private synchronized void probe(RtmpServer server, Outage outage) {
        if (!isAway(server, outage)) {
            return;
        }
        if (outage.waiting().isEmpty()) {
            outages.remove(server);
            return;
        }
        // On another thread, because an answer must not come while the lock is held; and in time, whatever happens.
        Mono<Boolean> answer = Mono.defer(() -> probe.apply(server))
                .subscribeOn(timers)
                .timeout(PROBE_LIMIT, Mono.just(false), timers)
                .onErrorReturn(false);
        outage.probe().update(answer.subscribe(answers -> probed(server, outage, answers)));
    }

    private synchronized void probed(RtmpServer server, Outage outage, boolean answers) {
        if (!isAway(server, outage)) {
            return;
        }
        if (answers) {
            end(server, outage);
            return;
        }
        if (outage.failedProbes() == 0) {
            LOG.info("{} does not answer; it is probed until it does", server);
        }
        outage.probeFailed();
        probeSoon(server, outage);
    }

    private boolean isAway(RtmpServer server, Outage outage) {
        return outages.get(server) == outage && !outage.isOver();
    }

    /** Everybody who waits gets a turn of his own. */
    private void end(RtmpServer server, Outage outage) {
        outage.end();
        Duration spread = outage.spread();
        if (outage.failedProbes() > 0) {
            LOG.info(
                    "{} answers again after {} s; {} outputs start within {} ms",
                    server,
                    TimeUnit.NANOSECONDS.toSeconds(timers.now(TimeUnit.NANOSECONDS) - outage.sinceNanos()),
                    outage.waiting().size(),
                    spread.toMillis());
        }
        if (outage.waiting().isEmpty()) {
            outages.remove(server);
        }
        for (Outage.Waiting waiting : outage.waiting()) {
            waiting.turn()
                    .update(timers.schedule(
                            () -> turn(server, waiting),
                            Math.round(spread.toNanos() * random.nextDouble()),
                            TimeUnit.NANOSECONDS));
        }
    }

    private void turn(RtmpServer server, Outage.Waiting waiting) {
        if (leave(server, waiting)) {
            waiting.release();
        }
    }

    /**
     * How many servers are known to be away.
     *
     * @return a number
     */
    synchronized int size() {
        return outages.size();
    }

    /** Ends all probes, and forgets all who wait. Does not wait for anything. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            new ArrayList<>(outages.values()).forEach(Outage::dispose);
            outages.clear();
        }
        onClose.run();
    }
}
