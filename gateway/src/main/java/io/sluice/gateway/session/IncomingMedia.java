package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.media.GroupFinder;
import io.sluice.gateway.media.MediaClock;
import io.sluice.gateway.media.StructureListener;
import io.sluice.gateway.media.container.ContainerListener;
import io.sluice.gateway.media.container.ContainerObserver;
import io.sluice.gateway.media.container.MediaTrack;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a stream's bytes say about it, read in one walk while they pass: its clock, and where it can be cut and joined.
 * Confined to the session's event loop.
 */
final class IncomingMedia implements ContainerListener {

    private final GroupFinder groups;
    private final ContainerObserver observer = new ContainerObserver(this);
    private final MediaClock clock;
    private final Set<MediaTrack.Kind> filled = EnumSet.noneOf(MediaTrack.Kind.class);
    private long inspectedBytes;

    /**
     * A stream that has not started.
     *
     * @param maxTimestampGap how much the gaps in a track may be longer than the time that passes
     * @param structure hears where the stream can be cut and joined
     */
    IncomingMedia(Duration maxTimestampGap, StructureListener structure) {
        this.groups = new GroupFinder(structure);
        this.clock = new MediaClock(maxTimestampGap);
    }

    /**
     * From now on, gaps are limited in the tracks that FFmpeg fills: those that it encodes. A gap in a track that is
     * copied costs nothing.
     */
    void limitGaps(StreamPlan plan) {
        if (plan.video() == TrackHandling.TRANSCODE) {
            filled.add(MediaTrack.Kind.VIDEO);
        }
        if (plan.audio() == TrackHandling.TRANSCODE) {
            filled.add(MediaTrack.Kind.AUDIO);
        }
    }

    /** The first gap that is too long. */
    Optional<MediaClock.Gap> excessiveGap() {
        return !clock.hasExcessiveGap()
                ? Optional.empty()
                : filled.stream()
                        .flatMap(kind -> clock.excessiveGap(kind).stream())
                        .min(Comparator.comparingLong(MediaClock.Gap::position));
    }

    /**
     * Reads the next bytes and leaves them as they are.
     *
     * @return how many of them FFmpeg may be given: fewer than all if a {@linkplain #excessiveGap() gap} that is too
     *     long follows
     */
    int inspect(ByteBuf media) {
        long start = inspectedBytes;
        inspectedBytes += media.readableBytes();
        clock.arrivingAt(System.nanoTime());
        observer.inspect(media);
        long acceptable = excessiveGap().map(MediaClock.Gap::position).orElse(Long.MAX_VALUE);
        return (int) Math.max(0, Math.min(media.readableBytes(), acceptable - start));
    }

    @Override
    public void onTracks(List<MediaTrack> tracks) {
        groups.onTracks(tracks);
    }

    @Override
    public void onHeaderEnd(long position) {
        groups.onHeaderEnd(position);
    }

    @Override
    public void onSample(
            MediaTrack track, long decodeMicros, long presentationMicros, boolean keyFrame, long position) {
        if (track.kind() != MediaTrack.Kind.OTHER) {
            clock.onSample(track, Math.max(decodeMicros, presentationMicros), position);
        }
        groups.onSample(track, decodeMicros, presentationMicros, keyFrame, position);
    }

    @Override
    public void onNewHeader(long position) {
        clock.restart();
        groups.onNewHeader(position);
    }

    @Override
    public void onClusterStart(long position) {
        groups.onClusterStart(position);
    }

    @Override
    public void onFragmentStart(long position) {
        groups.onFragmentStart(position);
    }

    @Override
    public void onBlockEnd(long position) {
        groups.onBlockEnd(position);
    }

    @Override
    public void onNotFollowed() {
        groups.onNotFollowed();
    }

    @Override
    public void onFixedPosition() {
        groups.onFixedPosition();
    }

    /** The position of the next byte: how much of the recording has arrived. */
    long receivedBytes() {
        return inspectedBytes;
    }

    MediaClock clock() {
        return clock;
    }

    /** Whether the container's structure is understood, and the clock therefore known. */
    boolean hasClock() {
        return observer.follows();
    }
}
