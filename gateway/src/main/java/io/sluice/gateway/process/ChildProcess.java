package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A child process on an event loop: subscribe {@link #stdin()} to what it shall read; its output goes to the {@link ProcessOutput} of the
 * launch; {@link #exit()} tells its end; {@link #shutdown} makes sure that there is one.
 *
 * <p>Confined to its event loop, but for {@link #exit()} and {@link #pid()}, which may be used from anywhere.
 */
public final class ChildProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);

    /** How long after a child's end its output may stay open: a grandchild that inherited it must not hold up the news. */
    private static final Duration OUTPUT_GRACE = Duration.ofSeconds(1);

    private final Process process;
    private final EventLoop eventLoop;
    private final StdinSubscriber stdin;
    private final List<LineSource> outputs;
    private final Sinks.One<ProcessExit> exit = Sinks.one();
    private final Sinks.One<ProcessExit> givenUp = Sinks.one();
    private int openOutputs;
    private boolean exited;
    private boolean shuttingDown;

    private ChildProcess(Process process, EventLoop eventLoop, StdinSubscriber stdin, List<LineSource> outputs) {
        this.process = process;
        this.eventLoop = eventLoop;
        this.stdin = stdin;
        this.outputs = outputs;
        this.openOutputs = outputs.size();
    }

    /** Joins a started process and its event loop. Called on the event loop. */
    static ChildProcess attach(PipeTransport.Started started, EventLoop eventLoop, ProcessOutput output) {
        StdinSubscriber stdin = new StdinSubscriber(eventLoop, started.stdin());
        ChildProcess child =
                new ChildProcess(started.process(), eventLoop, stdin, List.of(started.stdout(), started.stderr()));
        started.stdout().listen(new LineSplitter(output::onStdout), child::outputClosed);
        started.stderr().listen(new LineSplitter(output::onStderr), child::outputClosed);
        started.attach(eventLoop);
        child.process.onExit().thenAccept(ended -> eventLoop.execute(child::processExited));
        return child;
    }

    /**
     * The operating system's number of the process.
     *
     * @return the process id
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Where the child reads from. It takes one subscription in the child's life.
     *
     * @return the subscriber to the child's input
     */
    public StdinSubscriber stdin() {
        return stdin;
    }

    /**
     * The child's end: it was reaped, and all that it had printed was passed on. Signalled on the event loop, also to late subscribers.
     *
     * @return how it ended; never an error
     */
    public Mono<ProcessExit> exit() {
        return exit.asMono();
    }

    /**
     * Ends the child, the gentle way first. What still waits in {@link #stdin()} is discarded: to end a child after its input was
     * delivered, complete the input and wait for {@link #exit()} first, with a deadline of your own. The second call joins the first.
     *
     * @param ladder how long each step may take
     * @return how the child ended; an error of {@link TimeoutException} if it could not even be killed within the ladder
     */
    public Mono<ProcessExit> shutdown(ShutdownLadder ladder) {
        return Mono.defer(() -> {
            if (!shuttingDown) {
                shuttingDown = true;
                stdin.end();
                climb(steps(ladder));
            }
            return Mono.firstWithSignal(exit(), givenUp.asMono());
        });
    }

    private record Step(Duration patience, Runnable action) {}

    private Deque<Step> steps(ShutdownLadder ladder) {
        return new ArrayDeque<>(List.of(
                new Step(ladder.afterClose(), process::destroy),
                new Step(ladder.afterTerminate(), process::destroy),
                new Step(ladder.afterSecondTerminate(), process::destroyForcibly),
                new Step(ladder.afterKill(), this::giveUp)));
    }

    /** Each step's time begins when the one before it was taken: on a busy event loop the steps come late, but none is cut short. */
    private void climb(Deque<Step> steps) {
        Step step = steps.poll();
        if (step != null) {
            eventLoop.schedule(
                    () -> {
                        if (!exited) {
                            LOG.debug("Process {} outlived {}, {} steps left", pid(), step.patience(), steps.size());
                            step.action().run();
                            climb(steps);
                        }
                    },
                    step.patience().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp() {
        givenUp.tryEmitError(new TimeoutException("process " + pid() + " did not end, not even when it was killed"));
    }

    private void outputClosed() {
        openOutputs--;
        tellExit();
    }

    private void processExited() {
        exited = true;
        stdin.end();
        tellExit();
        if (openOutputs > 0) {
            eventLoop.schedule(
                    () -> outputs.forEach(LineSource::close), OUTPUT_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void tellExit() {
        if (exited && openOutputs == 0) {
            exit.tryEmitValue(new ProcessExit(process.exitValue()));
        }
    }
}
