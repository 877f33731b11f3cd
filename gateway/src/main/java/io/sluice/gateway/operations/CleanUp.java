package io.sluice.gateway.operations;

import io.sluice.gateway.threads.BlockingPool;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The last steps of a shutdown: releasing what may block, such as deleting files. Each step has a thread of its own, so
 * that one that hangs delays no other, and the whole has a time limit.
 */
public final class CleanUp {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);

    private final Map<String, Runnable> steps = new LinkedHashMap<>();
    private final Scheduler threads = BlockingPool.newThreads("sluice-clean-up");

    /** Creates a clean-up without steps. */
    public CleanUp() {}

    /**
     * Adds a step.
     *
     * @param name what is released, for the log
     * @param release releases it; may block
     * @return this
     */
    public CleanUp step(String name, Runnable release) {
        steps.put(name, release);
        return this;
    }

    /**
     * Runs all steps at the same time when subscribed to.
     *
     * @param limit how long they may take
     * @return the names of the steps that failed or have not ended, on any thread
     */
    public Mono<List<String>> run(Duration limit) {
        return Flux.fromIterable(steps.entrySet())
                .flatMap(step -> run(step.getKey(), step.getValue(), limit), Integer.MAX_VALUE)
                .collectList();
    }

    private Mono<String> run(String name, Runnable release, Duration limit) {
        return Mono.<String>fromRunnable(release)
                .subscribeOn(threads)
                .doOnError(error -> LOG.error("{} cannot be released", name, error))
                .onErrorReturn(name)
                .timeout(limit, Mono.just(name));
    }
}
