package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A child process on an event loop: subscribe {@link #stdin()} to its input; its output goes to the
 * {@link ProcessOutput} of the launch; {@link #exit()} signals its end; {@link #shutdown} enforces it.
 *
 * <p>Confined to its event loop, except for {@link #exit()} and {@link #pid()}, which can be called on any thread.
 */
public final class ChildProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);

    /**
     * How long its output may stay open after a child's exit: a grandchild that inherited it must not delay the exit
     * signal.
     */
    private static final Duration OUTPUT_GRACE = Duration.ofSeconds(1);

    private final Process process;
    private final EventLoop eventLoop;
    private final StdinSubscriber stdin;
    private final List<LineSource> outputs;
    private final Sinks.One<ProcessExit> exit = Sinks.one();
    private final Sinks.One<ProcessExit> shutdownFailed = Sinks.one();
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

    /** Attaches a started process to its event loop. Called on the event loop. */
    static ChildProcess attach(PipeTransport.Started started, EventLoop eventLoop, ProcessOutput output) {
        StdinSubscriber stdin = new StdinSubscriber(eventLoop, started.stdin());
        ChildProcess child =
                new ChildProcess(started.process(), eventLoop, stdin, List.of(started.stdout(), started.stderr()));
        started.stdout().listen(lines(output::onStdout, output), child::outputClosed);
        started.stderr().listen(lines(output::onStderr, output), child::outputClosed);
        started.attach(eventLoop);
        child.process.onExit().thenAccept(ended -> eventLoop.execute(child::processExited));
        return child;
    }

    private static MeteredLines lines(Consumer<String> each, ProcessOutput output) {
        return new MeteredLines(new LineSplitter(each), output::onSkipped, System::nanoTime);
    }

    /**
     * The process id.
     *
     * @return the operating system's number of the process
     */
    public long pid() {
        return process.pid();
    }

    /**
     * The child's standard input. Accepts one subscription.
     *
     * @return the subscriber that writes to the child
     */
    public StdinSubscriber stdin() {
        return stdin;
    }

    /**
     * Signals the child's end: it was reaped, and all of its output was delivered. Signalled on the event loop, also to
     * late subscribers.
     *
     * @return how it ended; never an error
     */
    public Mono<ProcessExit> exit() {
        return exit.asMono();
    }

    /**
     * Ends the child in steps of increasing force. Bytes that wait in {@link #stdin()} are discarded: to let the child
     * read all of its input, complete the input and wait for {@link #exit()} first, with a deadline. A second call
     * joins the first.
     *
     * @param ladder how long each step may take
     * @return how the child ended; a {@link TimeoutException} if it could not be killed within the ladder's time
     */
    public Mono<ProcessExit> shutdown(ShutdownLadder ladder) {
        return Mono.defer(() -> {
            if (!shuttingDown) {
                shuttingDown = true;
                stdin.end();
                climb(steps(ladder));
            }
            return Mono.firstWithSignal(exit(), shutdownFailed.asMono());
        });
    }

    private record Step(Duration delay, Runnable action) {}

    private Deque<Step> steps(ShutdownLadder ladder) {
        return new ArrayDeque<>(List.of(
                new Step(ladder.afterClose(), process::destroy),
                new Step(ladder.afterTerminate(), process::destroy),
                new Step(ladder.afterSecondTerminate(), process::destroyForcibly),
                new Step(ladder.afterKill(), this::failShutdown)));
    }

    /**
     * Each step's delay starts when the previous step was taken: on a busy event loop steps are late, but never
     * shortened.
     */
    private void climb(Deque<Step> steps) {
        Step step = steps.poll();
        if (step != null) {
            eventLoop.schedule(
                    () -> {
                        if (!exited) {
                            LOG.debug(
                                    "Process {} still runs after {}; {} steps left", pid(), step.delay(), steps.size());
                            step.action().run();
                            climb(steps);
                        }
                    },
                    step.delay().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void failShutdown() {
        shutdownFailed.tryEmitError(new TimeoutException("process " + pid() + " did not exit after it was killed"));
    }

    private void outputClosed() {
        openOutputs--;
        emitExit();
    }

    private void processExited() {
        exited = true;
        stdin.end();
        emitExit();
        if (openOutputs > 0) {
            eventLoop.schedule(
                    () -> outputs.forEach(LineSource::close), OUTPUT_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void emitExit() {
        if (exited && openOutputs == 0) {
            exit.tryEmitValue(new ProcessExit(process.exitValue()));
        }
    }
}
