package io.sluice.gateway.session;

import io.sluice.gateway.delivery.StreamDelivery;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Measures a stream that runs, and says when it must end. Confined to the session's event loop. */
final class StreamMonitor {

    private final StreamDelivery delivery;
    private final StreamQuota quota;
    private final MediaTimeout mediaTimeout;
    private final IncomingMedia media;
    private final long startNanos;
    private long samples;

    /**
     * A monitor of a stream that starts now.
     *
     * @param context what all sessions share
     * @param permit the client's permission
     * @param media what is known of it
     * @param delivery where it goes
     */
    StreamMonitor(SessionContext context, Permit permit, IncomingMedia media, StreamDelivery delivery) {
        long nowNanos = System.nanoTime();
        this.media = media;
        this.startNanos = nowNanos;
        this.delivery = delivery;
        this.quota = StreamQuota.of(context, permit, nowNanos);
        this.mediaTimeout = new MediaTimeout(context.limits(), nowNanos);
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
            mediaTimeout.onMedia(nowNanos);
        }
        delivery.onMedia(mediaBytes);
        return Optional.ofNullable(quota.onMedia(mediaBytes, nowNanos));
    }

    /**
     * Compares the stream with the last inspection, a second ago.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> inspect() {
        long nowNanos = System.nanoTime();
        delivery.inspect(mediaTime(nowNanos));
        return quota.check(nowNanos, Instant.now()).or(() -> mediaTimeout.inspect(nowNanos, delivery.waitingBytes()));
    }

    /**
     * Looks at a stream whose client is absent: time goes by, and nothing else is expected of it.
     *
     * @return why the stream must end, or empty
     */
    Optional<Failure> inspectAbsent() {
        delivery.inspect(mediaTime(System.nanoTime()));
        return quota.check(System.nanoTime(), Instant.now());
    }

    /** The client is back. */
    void resumed() {
        mediaTimeout.restart(System.nanoTime());
    }

    private Duration mediaTime(long nowNanos) {
        return media.hasClock() ? media.clock().elapsed() : Duration.ofNanos(nowNanos - startNanos);
    }

    /** The progress, as sent to the client. */
    Progress progress() {
        FfmpegProgress latest = delivery.progress();
        return new Progress(
                delivery.acceptedBytes(),
                delivery.waitingBytes(),
                latest.outTime().toMillis(),
                latest.framesPerSecond().orElse(0),
                (long) latest.bitsPerSecond().orElse(0),
                latest.speed().orElse(0),
                latest.droppedFrames());
    }
}
