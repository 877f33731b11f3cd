package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.media.MediaQueue;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Measures a stream that runs, and says when it must end. Confined to the session's event loop. */
final class StreamMonitor {

    private final MediaQueue queue;
    private final OutputSlot output;
    private final StreamQuota quota;
    private final StallDetector stalls;
    private final OutputPace pace;
    private final IncomingMedia media;
    private final Optional<SegmentWatch> segments;
    private final long startNanos;
    private long samples;

    /**
     * A monitor of a stream that starts now.
     *
     * @param context what all sessions share
     * @param permit the client's permission
     * @param media what is known of it
     * @param queue where the media waits
     * @param output where it goes
     * @param segments the watch of its preview, if it has one
     */
    StreamMonitor(
            SessionContext context,
            Permit permit,
            IncomingMedia media,
            MediaQueue queue,
            OutputSlot output,
            Optional<SegmentWatch> segments) {
        long nowNanos = System.nanoTime();
        this.media = media;
        this.startNanos = nowNanos;
        this.queue = queue;
        this.output = output;
        this.segments = segments;
        this.quota = StreamQuota.of(context, permit, nowNanos);
        this.stalls = new StallDetector(context.limits(), nowNanos);
        this.pace = new OutputPace(context.limits(), nowNanos);
    }

    /**
     * Counts media that has arrived.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> onMedia(int mediaBytes) {
        long nowNanos = System.nanoTime();
        // Bytes that are no media keep nothing alive.
        if (!media.hasClock() || media.clock().samples() != samples) {
            samples = media.clock().samples();
            stalls.onMedia(nowNanos);
        }
        pace.onMedia();
        return Optional.ofNullable(quota.onMedia(mediaBytes, nowNanos))
                .or(() -> segments.flatMap(watch -> watch.onMedia(mediaBytes)));
    }

    /**
     * Compares the stream with the last inspection, a second ago.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> inspect() {
        long nowNanos = System.nanoTime();
        return quota.check(nowNanos, Instant.now())
                .or(() -> stalls.inspect(nowNanos, output.acceptedBytes(), waitingBytes()))
                .or(() -> pace.inspect(
                        nowNanos,
                        output.progress(),
                        output.current().plan().encoding().frameRate(),
                        mediaTime(nowNanos),
                        waitingBytes()))
                .or(() -> pace.holding(nowNanos, writtenBytes(), output.acceptedBytes()))
                .or(() -> segments.flatMap(watch -> watch.inspect(output.progress(), mediaTime(nowNanos))));
    }

    /**
     * Looks at a stream whose client is absent: time goes by, and nothing else is expected of it.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> inspectAbsent() {
        return quota.check(System.nanoTime(), Instant.now());
    }

    /** The client is back. */
    void resumed() {
        long nowNanos = System.nanoTime();
        stalls.restart(nowNanos);
        pace.restart(nowNanos, mediaTime(nowNanos));
    }

    /** What FFmpeg has written to the first output; it counts that for no preview. */
    private OptionalLong writtenBytes() {
        return output.current().plan().outputs().get(0).output() instanceof Output.RtmpOutput
                ? OptionalLong.of(output.progress().totalSizeBytes().orElse(0))
                : OptionalLong.empty();
    }

    /** Whether media waits that FFmpeg does not accept. */
    boolean isBlocked() {
        return waitingBytes() > 0;
    }

    private Duration mediaTime(long nowNanos) {
        return media.hasClock() ? media.clock().elapsed() : Duration.ofNanos(nowNanos - startNanos);
    }

    /** The progress, as sent to the client. Only while there is a run. */
    Progress progress() {
        FfmpegProgress latest = output.progress();
        return new Progress(
                output.acceptedBytes(),
                waitingBytes(),
                latest.outTime().toMillis(),
                latest.framesPerSecond().orElse(0),
                (long) latest.bitsPerSecond().orElse(0),
                latest.speed().orElse(0),
                latest.droppedFrames());
    }

    private long waitingBytes() {
        return queue.waitingBytes() + output.waitingBytes();
    }
}
