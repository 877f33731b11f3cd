package io.sluice.gateway.ffmpeg.run;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.process.ChildProcess;
import io.sluice.gateway.process.ProcessExit;
import io.sluice.gateway.process.ProcessOutput;
import io.sluice.gateway.process.ShutdownLadder;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * An FFmpeg that works on a stream: subscribe {@link #input()} to the media; completing it makes FFmpeg finish its outputs and leave.
 *
 * <p>Confined to the stream's event loop.
 */
public final class FfmpegStream {

    private static final Logger LOG = LoggerFactory.getLogger(FfmpegStream.class);

    /** FFmpeg leaves within 20 ms of the end of its input unless an output holds it; a stalled one does not heed the first signal. */
    private static final ShutdownLadder LADDER = new ShutdownLadder(
            Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private final ChildProcess process;
    private final Report report;
    private final Mono<FfmpegOutcome> outcome;

    FfmpegStream(ChildProcess process, Report report) {
        this.process = process;
        this.report = report;
        this.outcome = process.exit().map(this::outcomeOf).cache();
    }

    /**
     * Where the media goes. Takes one subscription.
     *
     * @return the subscriber; it owns each buffer from {@code onNext} on
     */
    public CoreSubscriber<ByteBuf> input() {
        return process.stdin();
    }

    /**
     * The media bytes that FFmpeg's standard input has taken.
     *
     * @return a number that never goes back
     */
    public long acceptedBytes() {
        return process.stdin().writtenBytes();
    }

    /**
     * The media bytes that wait for room in the pipe to FFmpeg.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return process.stdin().waitingBytes();
    }

    /**
     * FFmpeg's latest report.
     *
     * @return what it said last; nothing but zeros before it said anything
     */
    public FfmpegProgress progress() {
        return report.latest;
    }

    /**
     * FFmpeg's end, by itself or by {@link #shutdown()}.
     *
     * @return how it ended, on the event loop, for every subscriber; never an error
     */
    public Mono<FfmpegOutcome> outcome() {
        return outcome;
    }

    /**
     * Ends FFmpeg at once, gently at first; media that waits is discarded. Bounded to a few seconds.
     *
     * @return how the process ended; an error if it could not even be killed
     */
    public Mono<ProcessExit> shutdown() {
        return process.shutdown(LADDER);
    }

    private FfmpegOutcome outcomeOf(ProcessExit exit) {
        LOG.debug("FFmpeg {} exited with {}, having said: {}", process.pid(), exit.code(), report.stderr.lines());
        return new FfmpegOutcome(
                report.latest, acceptedBytes(), FailureDiagnosis.of(exit.code(), report.stderr, report.latest));
    }

    /**
     * The operating system's number of FFmpeg's process.
     *
     * @return the process id
     */
    public long pid() {
        return process.pid();
    }

    /** Names the process, for the log. */
    @Override
    public String toString() {
        return "FFmpeg " + process.pid();
    }

    /** What FFmpeg prints: progress on standard output, words on standard error. */
    static final class Report implements ProcessOutput {

        private static final FfmpegProgress NOTHING_YET = new FfmpegProgress(
                0,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Duration.ZERO,
                0,
                0,
                OptionalDouble.empty(),
                false);

        private final FfmpegProgressParser parser = new FfmpegProgressParser();
        private final StderrTail stderr;
        private FfmpegProgress latest = NOTHING_YET;

        Report(Redactor redactor) {
            this.stderr = new StderrTail(redactor);
        }

        @Override
        public void onStdout(String line) {
            parser.line(line).ifPresent(progress -> latest = progress);
        }

        @Override
        public void onStderr(String line) {
            stderr.add(line);
        }
    }
}
