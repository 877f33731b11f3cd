package io.sluice.gateway.delivery;

import io.netty.channel.EventLoop;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import io.sluice.gateway.media.ReplayBuffer;
import io.sluice.gateway.receivers.Receivers;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Takes a stream to its outputs, each at its own pace: what one of them does costs the others nothing. Ends the stream
 * when the outputs that it needs have failed.
 *
 * <p>Previews count only if there are no other outputs: a stream that only its publisher can see is not live.
 *
 * <p>Confined to the stream's event loop.
 */
public final class StreamDelivery {

    /** Looking at a file takes longer only if the storage hangs. */
    private static final Duration STORAGE_TIMEOUT = Duration.ofSeconds(10);

    private final DeliveryContext context;
    private final String sessionId;
    private final StreamKey streamKey;
    private final EventLoop eventLoop;
    private final Scheduler onLoop;
    private final OutputRules rules;
    private final ReplayBuffer buffer;
    private final boolean maySkip;
    private final DeliveryListener listener;
    private final List<SupervisedOutput> outputs = new ArrayList<>();

    private long acceptedBytes;
    private boolean failed;
    private boolean ended;

    /**
     * The outputs of one stream.
     *
     * @param sessionId the id of its session, for the log
     * @param streamKey its key, which is removed from FFmpeg's messages
     * @param plans what each of its processes does
     * @param rules when outputs are given up
     */
    public record Stream(String sessionId, StreamKey streamKey, List<StreamPlan> plans, OutputRules rules) {}

    /**
     * A delivery that has not started.
     *
     * @param context what all streams share
     * @param stream what is delivered where
     * @param eventLoop the stream's event loop
     * @param buffer where its media waits
     * @param adapts whether the client lowers its bit rate by itself when its media waits
     * @param admitted what was reserved for the stream
     * @param listener hears what happens
     */
    public StreamDelivery(
            DeliveryContext context,
            Stream stream,
            EventLoop eventLoop,
            ReplayBuffer buffer,
            boolean adapts,
            Admission.Ticket admitted,
            DeliveryListener listener) {
        this.context = context;
        this.sessionId = stream.sessionId();
        this.streamKey = stream.streamKey();
        this.rules = stream.rules();
        this.eventLoop = eventLoop;
        this.onLoop = Schedulers.fromExecutor(eventLoop);
        this.buffer = buffer;
        this.listener = listener;
        int index = 0;
        for (StreamPlan plan : stream.plans()) {
            outputs.add(new SupervisedOutput(this, index, plan, admitted.run(outputs.size())));
            index += plan.outputs().size();
        }
        // One output of a client that adapts is better served by back-pressure than by gaps.
        this.maySkip = outputs.size() > 1 || !adapts;
        buffer.readOn(!adapts);
    }

    /**
     * Starts an FFmpeg for each process of a stream.
     *
     * @param context what all streams share
     * @param stream what is delivered where
     * @param eventLoop the stream's event loop
     * @return the processes in the order of the plans, on the event loop; an error if one of them cannot be started,
     *     and then none is left
     */
    public static Mono<List<FfmpegStream>> launch(DeliveryContext context, Stream stream, EventLoop eventLoop) {
        List<FfmpegStream> started = new ArrayList<>();
        return Flux.fromIterable(stream.plans())
                .concatMap(plan -> context.ffmpeg().launch(stream.streamKey(), plan, eventLoop))
                .doOnNext(started::add)
                .then(Mono.fromSupplier(() -> List.copyOf(started)))
                .doOnError(
                        error -> started.forEach(ffmpeg -> ffmpeg.shutdown().subscribe(exit -> {}, unkillable -> {})));
    }

    /**
     * Delivers from now on.
     *
     * @param first the processes from {@link #launch}
     */
    public void start(List<FfmpegStream> first) {
        for (int i = 0; i < first.size(); i++) {
            outputs.get(i).start(first.get(i));
        }
    }

    /** The media is complete: what is left is delivered, by the outputs that are not away. */
    public void complete() {
        buffer.complete();
        List.copyOf(outputs).forEach(SupervisedOutput::complete);
    }

    /** Discards what waits, and ends every FFmpeg within a few seconds, by force in the end. */
    public void abort() {
        buffer.discard();
        List.copyOf(outputs).forEach(SupervisedOutput::abort);
    }

    /**
     * Counts media that has arrived.
     *
     * @param mediaBytes how much
     */
    public void onMedia(int mediaBytes) {
        outputs.forEach(output -> output.onMedia(mediaBytes));
    }

    /**
     * Compares the outputs with the last inspection. Called once a second.
     *
     * @param mediaTime how much media has arrived
     */
    public void inspect(Duration mediaTime) {
        long nowNanos = System.nanoTime();
        List.copyOf(outputs).forEach(output -> output.inspect(nowNanos, mediaTime));
    }

    /**
     * The outputs as they are.
     *
     * @return a snapshot
     */
    public List<OutputStatus> statuses() {
        return outputs.stream().map(SupervisedOutput::status).toList();
    }

    /**
     * How far the stream is accepted: what is in the pipe of every output that is not away, or was given up for those
     * that are.
     *
     * @return a number of bytes of the stream, never decreasing
     */
    public long acceptedBytes() {
        OptionalLong slowest = outputs.stream()
                .flatMap(output -> output.run().stream())
                .mapToLong(OutputRun::acceptedPosition)
                .min();
        acceptedBytes = Math.max(acceptedBytes, slowest.orElse(buffer.receivedBytes() - buffer.waitingBytes()));
        return acceptedBytes;
    }

    /**
     * The media that has arrived and is not accepted.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return Math.max(0, buffer.receivedBytes() - acceptedBytes());
    }

    /**
     * What the first output that is live reports, or else the first.
     *
     * @return its latest report
     */
    public FfmpegProgress progress() {
        return outputs.stream()
                .filter(output -> output.status().state() == OutputState.LIVE)
                .findFirst()
                .orElse(outputs.get(0))
                .progress();
    }

    /**
     * What FFmpeg printed too fast to be inspected.
     *
     * @return a number of bytes over all outputs and runs, never decreasing
     */
    public long skippedMessageBytes() {
        return outputs.stream().mapToLong(SupervisedOutput::skippedMessageBytes).sum();
    }

    /**
     * Why the stream has failed although its media was complete.
     *
     * @return the failure of the outputs that it needs; empty if they have delivered everything
     */
    public Optional<Failure> failure() {
        List<SupervisedOutput> needed = needed();
        Optional<Failure> unusable = outputs.stream()
                .flatMap(output -> output.status().failure().stream())
                .filter(failure -> failure.code() == FailureCode.UNRECOGNIZED_MEDIA)
                .findFirst();
        if (unusable.isPresent()) {
            return unusable;
        }
        List<Failure> failures = needed.stream()
                .filter(output -> output.status().state() == OutputState.FAILED)
                .flatMap(output -> output.status().failure().stream())
                .toList();
        boolean enough =
                rules.require() == OutputRules.Require.ALL ? failures.isEmpty() : failures.size() < needed.size();
        return enough ? Optional.empty() : Optional.of(failures.get(failures.size() - 1));
    }

    private List<SupervisedOutput> needed() {
        List<SupervisedOutput> published = outputs.stream()
                .filter(output -> output.plan().rtmp().isPresent())
                .toList();
        return published.isEmpty() ? outputs : published;
    }

    String sessionId() {
        return sessionId;
    }

    OutputRules rules() {
        return rules;
    }

    ReplayBuffer buffer() {
        return buffer;
    }

    Receivers receivers() {
        return context.receivers();
    }

    Scheduler onLoop() {
        return onLoop;
    }

    DeliveryListener listener() {
        return listener;
    }

    boolean maySkip() {
        return maySkip;
    }

    Mono<FfmpegStream> launch(StreamPlan plan) {
        return context.ffmpeg().launch(streamKey, plan, eventLoop);
    }

    Optional<SegmentWatch> segmentWatch(StreamPlan plan) {
        return plan.workingDirectory()
                .map(folder -> new SegmentWatch(
                        context.outputs()
                                .previewWritten(folder)
                                .timeout(STORAGE_TIMEOUT)
                                .publishOn(onLoop),
                        plan.encoding()));
    }

    /** Remembers what a run that ends has accepted. */
    void settle() {
        acceptedBytes();
    }

    /** An output has come to its end. */
    void onOver() {
        Optional<Failure> failure = failure();
        if (failure.isPresent() && !failed) {
            failed = true;
            listener.onFailed(failure.get());
        }
        if (!ended && outputs.stream().allMatch(SupervisedOutput::isOver)) {
            ended = true;
            listener.onEnded();
        }
    }
}
