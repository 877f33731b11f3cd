package io.sluice.gateway.ffmpeg.run;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.process.ChildProcess;
import io.sluice.gateway.process.ProcessExit;
import io.sluice.gateway.process.ProcessOutput;
import io.sluice.gateway.process.ShutdownLadder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One run of FFmpeg: subscribe {@link #input()} to the media; completing it makes FFmpeg finish its outputs and exit.
 *
 * <p>Confined to the stream's event loop.
 */
public final class FfmpegStream {

    private static final Logger LOG = LoggerFactory.getLogger(FfmpegStream.class);

    /**
     * FFmpeg exits within 20 ms of the end of its input unless an output blocks it; a stalled FFmpeg ignores the first
     * signal.
     */
    private static final ShutdownLadder LADDER = new ShutdownLadder(
            Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private static final ShutdownLadder KILL =
            new ShutdownLadder(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(2));

    private final ChildProcess process;
    private final Report report;
    private final Duration outputTimeout;
    private final long startedNanos = System.nanoTime();
    private final Mono<FfmpegOutcome> outcome;

    FfmpegStream(ChildProcess process, Report report, Duration outputTimeout) {
        this.process = process;
        this.report = report;
        this.outputTimeout = outputTimeout;
        this.outcome = process.exit().map(this::outcomeOf).cache();
    }

    /**
     * FFmpeg's standard input. Accepts one subscription.
     *
     * @return the subscriber; it owns each buffer from {@code onNext} on
     */
    public CoreSubscriber<ByteBuf> input() {
        return process.stdin();
    }

    /**
     * The media bytes written to the pipe.
     *
     * @return a number of bytes, never decreasing
     */
    public long acceptedBytes() {
        return process.stdin().writtenBytes();
    }

    /**
     * The media bytes that are waiting for room in the pipe.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return process.stdin().waitingBytes();
    }

    /**
     * FFmpeg's latest report.
     *
     * @return the last report; all zeros before the first
     */
    public FfmpegProgress progress() {
        return report.latest;
    }

    /**
     * Output of FFmpeg that was skipped because there was too much of it.
     *
     * @return a number of bytes, never decreasing
     */
    public long skippedOutputBytes() {
        return report.stderr.skippedBytes();
    }

    /**
     * FFmpeg's end, on its own or by {@link #shutdown()}.
     *
     * @return how it ended, on the event loop, for every subscriber; never an error
     */
    public Mono<FfmpegOutcome> outcome() {
        return outcome;
    }

    /**
     * Ends FFmpeg immediately, in steps of increasing force; waiting media is discarded. Takes a few seconds at most.
     *
     * @return how the process ended; an error if it could not be killed
     */
    public Mono<ProcessExit> shutdown() {
        return process.shutdown(LADDER);
    }

    /**
     * Kills FFmpeg without giving it time for anything: one that is stuck in its output takes up to half a minute to
     * leave by itself.
     *
     * @return how the process ended; an error if it could not be killed
     */
    public Mono<ProcessExit> kill() {
        return process.shutdown(KILL);
    }

    /**
     * The time of the input's first packet, which is 0 at the outputs of a first run.
     *
     * @return as FFmpeg has found it; zero before that, and if it has not noticed, because then it keeps all times
     */
    public Duration inputStart() {
        return report.inputStart == null ? Duration.ZERO : report.inputStart;
    }

    /**
     * Completes when FFmpeg has opened its outputs and starts to write, which its first report shows.
     *
     * @return signalled on the event loop, also to late subscribers; never signalled if it ends before
     */
    public Mono<Void> writing() {
        return report.writing.asMono();
    }

    private FfmpegOutcome outcomeOf(ProcessExit exit) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("FFmpeg {} exited with {}; last messages: {}", process.pid(), exit.code(), report.stderr.lines());
        }
        FailureDiagnosis diagnosis = FailureDiagnosis.of(
                exit.code(), report.stderr, report.latest, System.nanoTime() - startedNanos >= outputTimeout.toNanos());
        return new FfmpegOutcome(report.latest, acceptedBytes(), diagnosis.end(), diagnosis.failure());
    }

    /**
     * The process id.
     *
     * @return the operating system's number of the process
     */
    public long pid() {
        return process.pid();
    }

    /** For the log. */
    @Override
    public String toString() {
        return "FFmpeg " + process.pid();
    }

    /** Collects FFmpeg's output: progress on standard output, messages on standard error. */
    static final class Report implements ProcessOutput {

        private static final String INFO = "[info] ";
        private static final Pattern INPUT_START =
                Pattern.compile("\\[info]   Duration: \\S+ start: (-?\\d{1,9}\\.\\d{1,9}),");

        private final FfmpegProgressParser parser = new FfmpegProgressParser();
        private final StderrTail stderr;
        private final Sinks.Empty<Void> writing = Sinks.unsafe().empty();
        private FfmpegProgress latest = FfmpegProgress.NONE;
        private @Nullable Duration inputStart;

        Report(Redactor redactor, List<? extends Output> outputs) {
            this.stderr = new StderrTail(redactor, outputs);
        }

        @Override
        public void onStdout(String line) {
            parser.accept(line).ifPresent(this::onProgress);
        }

        private void onProgress(FfmpegProgress progress) {
            latest = progress;
            if (!progress.end()) {
                writing.tryEmitEmpty();
            }
        }

        @Override
        public void onStderr(String line) {
            if (!line.contains(INFO)) {
                stderr.add(line);
            } else if (inputStart == null) {
                Matcher start = INPUT_START.matcher(line);
                inputStart = start.find() ? seconds(start.group(1)) : null;
            }
        }

        private static Duration seconds(String decimal) {
            return Duration.ofNanos(new BigDecimal(decimal).movePointRight(9).longValue());
        }

        @Override
        public void onSkipped(long bytes) {
            stderr.skipped(bytes);
        }
    }
}
