package io.sluice.gateway.delivery;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.protocol.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Gives up a preview that FFmpeg cannot cut. FFmpeg holds a segment in its memory until the next key frame, and finds
 * key frames in the pictures themselves, whatever the container says of them. So what counts is whether it writes
 * segments. Their playlist is looked at only after so much media that a stream with key frames has long had one.
 *
 * <p>Confined to the stream's event loop.
 */
final class SegmentWatch {

    /**
     * Without a new segment for this much media, the preview has failed; so FFmpeg holds at most about twice as much.
     */
    static final long MAX_BYTES = 32L << 20;

    /** A picture of a few bytes takes up two packets of MPEG-TS. */
    private static final int PICTURE_OVERHEAD_BYTES = 2 * 188;

    private final Mono<Instant> written;
    private final StreamPlan.Encoding encoding;
    private Instant lastWritten = Instant.EPOCH;
    private long arrivedBytes;
    private long addedBytes;
    private long checkedBytes;
    private boolean checking;
    private @Nullable Failure failure;

    /**
     * A watch of a preview that starts now.
     *
     * @param written reads when the preview was last written, the epoch if never; signals on the stream's event loop
     * @param encoding the bit rates of what is not copied
     */
    SegmentWatch(Mono<Instant> written, StreamPlan.Encoding encoding) {
        this.written = written;
        this.encoding = encoding;
    }

    /**
     * Counts media that has arrived.
     *
     * @return why the preview has failed, or empty
     */
    Optional<Failure> onMedia(int mediaBytes) {
        arrivedBytes += mediaBytes;
        return inspect();
    }

    /**
     * Counts what FFmpeg writes beyond what arrived: few bytes of input can become many in a segment.
     *
     * @param progress what FFmpeg reported last
     * @param media the media time that has arrived
     * @return why the preview has failed, or empty
     */
    Optional<Failure> inspect(FfmpegProgress progress, Duration media) {
        long millis = Math.max(media.toMillis(), progress.outTime().toMillis());
        long bitsPerSecond =
                (long) encoding.audioBitsPerSecond() + (encoding.h264() == null ? 0 : encoding.videoBitsPerSecond());
        addedBytes = Math.max(
                addedBytes, progress.frames() * PICTURE_OVERHEAD_BYTES + millis * bitsPerSecond / Byte.SIZE / 1_000);
        return inspect();
    }

    private Optional<Failure> inspect() {
        long bytes = arrivedBytes + addedBytes;
        if (!checking && bytes - checkedBytes >= MAX_BYTES) {
            checking = true;
            checkedBytes = bytes;
            written.subscribe(this::compare, error -> failure = OutputFailures.previewUnreadable());
        }
        return Optional.ofNullable(failure);
    }

    private void compare(Instant latest) {
        checking = false;
        if (latest.equals(lastWritten)) {
            failure = OutputFailures.keyFramesMissing(MAX_BYTES);
        }
        lastWritten = latest;
    }
}
