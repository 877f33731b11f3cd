package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.ffmpeg.run.FfmpegOutcome;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.ffmpeg.run.RunEnd;
import io.sluice.gateway.media.MediaQueue;
import io.sluice.gateway.media.StreamHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The replaceable sink of a session: the run of FFmpeg that takes the media at present. A run can be put in the place
 * of another while media flows: the earlier one delivers what it was given and finishes by itself, the next one gets
 * the stream's header first and then what waits. Bytes are counted for the stream, whichever run took them.
 *
 * <p>Confined to the session's event loop.
 */
final class OutputSlot {

    private final MediaQueue queue;
    private final StreamHeader header;
    private final Consumer<FfmpegOutcome> onEnded;

    /** Runs that have not ended: at most one takes media, the others finish. */
    private final List<Taking> runs = new ArrayList<>();

    private @Nullable Taking current;
    private long settledBytes;
    private long settledSkippedBytes;
    private boolean hadRun;

    /** A run, and the bytes of it that are no media: a header that the stream had sent before. */
    private record Taking(OutputRun run, int repeatedBytes) {

        long acceptedBytes() {
            return Math.max(0, run.ffmpeg().acceptedBytes() - repeatedBytes);
        }
    }

    /**
     * An empty slot.
     *
     * @param queue where the media waits
     * @param header the stream's header, for every run but the first
     * @param onEnded receives the outcome of the current run when it has ended; not those of runs that were replaced
     */
    OutputSlot(MediaQueue queue, StreamHeader header, Consumer<FfmpegOutcome> onEnded) {
        this.queue = queue;
        this.header = header;
        this.onEnded = onEnded;
    }

    /** Puts a run in this place. A present one gets no more media. */
    void attach(OutputRun run) {
        queue.detachSink();
        Taking taking = new Taking(run, hadRun ? header.length() : 0);
        runs.add(taking);
        current = taking;
        Flux<ByteBuf> media = hadRun ? Mono.fromSupplier(header::copy).concatWith(queue) : queue;
        hadRun = true;
        media.subscribe(run.ffmpeg().input());
        run.ffmpeg().outcome().subscribe(outcome -> ended(taking, outcome));
    }

    private void ended(Taking taking, FfmpegOutcome outcome) {
        if (!runs.remove(taking)) {
            return;
        }
        settledBytes += taking.acceptedBytes();
        settledSkippedBytes += taking.run.ffmpeg().skippedOutputBytes();
        if (taking.equals(current)) {
            current = null;
            onEnded.accept(new FfmpegOutcome(outcome.progress(), acceptedBytes(), outcome.end(), outcome.failure()));
        }
    }

    /**
     * Kills what does not end by itself: every run, within a few seconds.
     *
     * @param onUnkillable called if a process could not even be killed; its run counts as ended
     */
    void shutDown(Consumer<Throwable> onUnkillable) {
        for (Taking taking : List.copyOf(runs)) {
            taking.run.ffmpeg().shutdown().subscribe(exit -> {}, error -> {
                onUnkillable.accept(error);
                ended(
                        taking,
                        new FfmpegOutcome(
                                taking.run.ffmpeg().progress(),
                                taking.acceptedBytes(),
                                RunEnd.COMPLETED,
                                Optional.empty()));
            });
        }
    }

    /** The current run. Only while there is one. */
    OutputRun current() {
        return Objects.requireNonNull(current).run;
    }

    /** What the current run reported last. Only while there is one. */
    FfmpegProgress progress() {
        return current().ffmpeg().progress();
    }

    /** The media bytes of the stream that a run's standard input has accepted. Never decreases. */
    long acceptedBytes() {
        return settledBytes + runs.stream().mapToLong(Taking::acceptedBytes).sum();
    }

    /** What FFmpeg printed too fast to be inspected, in bytes, in all runs. Never decreases. */
    long skippedMessageBytes() {
        return settledSkippedBytes
                + runs.stream()
                        .mapToLong(taking -> taking.run.ffmpeg().skippedOutputBytes())
                        .sum();
    }

    /** The media bytes that wait for room in a pipe. */
    long waitingBytes() {
        return runs.stream()
                .mapToLong(taking -> taking.run.ffmpeg().waitingBytes())
                .sum();
    }
}
