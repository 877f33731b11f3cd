package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.media.MediaClock;
import io.sluice.gateway.media.StreamHeader;
import io.sluice.gateway.media.container.ContainerListener;
import io.sluice.gateway.media.container.ContainerObserver;
import io.sluice.gateway.media.container.MediaTrack;
import java.time.Duration;

/**
 * What a stream's bytes say about it, read in one walk while they pass: its header, and its clock. Confined to the
 * session's event loop. {@link #release()} when the stream ends.
 */
final class IncomingMedia implements ContainerListener {

    private final StreamHeader header = new StreamHeader();
    private final ContainerObserver observer = new ContainerObserver(this);
    private final MediaClock clock;
    private long inspectedBytes;
    private long acceptableBytes = Long.MAX_VALUE;

    /**
     * A stream that has not started.
     *
     * @param maxTimestampGap how much the gaps in a track may be longer than the time that passes
     */
    IncomingMedia(Duration maxTimestampGap) {
        this.clock = new MediaClock(maxTimestampGap);
    }

    /**
     * Reads the next bytes and leaves them as they are.
     *
     * @return how many of them FFmpeg may be given: fewer than all if a {@linkplain #clock() gap} that is too long
     *     follows
     */
    int inspect(ByteBuf media) {
        long start = inspectedBytes;
        inspectedBytes += media.readableBytes();
        clock.arrivingAt(System.nanoTime());
        header.append(media);
        observer.inspect(media);
        if (header.isOpen() && !observer.follows()) {
            header.release();
        }
        return (int) Math.max(0, Math.min(media.readableBytes(), acceptableBytes - start));
    }

    @Override
    public void onHeaderEnd(long position) {
        header.end(position);
    }

    @Override
    public void onSample(
            MediaTrack track, long decodeMicros, long presentationMicros, boolean keyFrame, long position) {
        if (track.kind() != MediaTrack.Kind.OTHER) {
            clock.onSample(track, Math.max(decodeMicros, presentationMicros));
            if (acceptableBytes == Long.MAX_VALUE && clock.excessiveGap().isPresent()) {
                acceptableBytes = position;
            }
        }
    }

    @Override
    public void onNewHeader(long position) {
        clock.restart();
    }

    StreamHeader header() {
        return header;
    }

    MediaClock clock() {
        return clock;
    }

    /** Whether the container's structure is understood, and the clock therefore known. */
    boolean hasClock() {
        return observer.follows();
    }

    void release() {
        header.release();
    }
}
