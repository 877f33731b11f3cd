package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.media.MediaQueue;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import java.time.Instant;
import java.util.Optional;

/** Measures a stream that runs, and says when it must end. Confined to the session's event loop. */
final class StreamMonitor {

    private final MediaQueue queue;
    private final OutputSlot output;
    private final StreamQuota quota;
    private final StallDetector stalls;

    /**
     * A monitor of a stream that starts now.
     *
     * @param context what all sessions share
     * @param permit the client's permission
     * @param queue where the media waits
     * @param output where it goes
     */
    StreamMonitor(SessionContext context, Permit permit, MediaQueue queue, OutputSlot output) {
        long nowNanos = System.nanoTime();
        this.queue = queue;
        this.output = output;
        this.quota = StreamQuota.of(context, permit, nowNanos);
        this.stalls = new StallDetector(context.limits(), nowNanos);
    }

    /**
     * Counts media that has arrived.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> onMedia(int mediaBytes) {
        long nowNanos = System.nanoTime();
        stalls.onMedia(nowNanos);
        return Optional.ofNullable(quota.onMedia(mediaBytes, nowNanos));
    }

    /**
     * Compares the stream with the last inspection, a second ago.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> inspect() {
        long nowNanos = System.nanoTime();
        return quota.check(nowNanos, Instant.now())
                .or(() -> stalls.inspect(nowNanos, output.acceptedBytes(), waitingBytes()));
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
