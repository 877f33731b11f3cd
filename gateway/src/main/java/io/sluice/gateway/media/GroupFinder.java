package io.sluice.gateway.media;

import io.sluice.gateway.media.container.ContainerListener;
import io.sluice.gateway.media.container.MediaTrack;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the groups of a stream and where it can be cut, from what a
 * {@link io.sluice.gateway.media.container.ContainerObserver} tells. A group is a cluster whose first or second block
 * is a key frame of the first video track (audio may come first), or a fragment whose first sample of that track is
 * one; without video, any cluster or fragment with a sample.
 *
 * <p>Confined to the stream's event loop. Allocates per group only.
 */
public final class GroupFinder implements ContainerListener {

    private static final int CLUSTER_SAMPLES = 2;
    private static final long NONE = -1;

    private final StructureListener structure;
    private @Nullable MediaTrack video;
    private long candidate = NONE;

    /** How many more samples may tell whether the candidate is a group. */
    private int undecidedSamples;

    private long newestMicros;
    private boolean follows = true;

    /**
     * A finder for a new stream.
     *
     * @param structure hears what it finds
     */
    public GroupFinder(StructureListener structure) {
        this.structure = structure;
    }

    @Override
    public void onTracks(List<MediaTrack> tracks) {
        video = null;
        for (MediaTrack track : tracks) {
            if (track.kind() == MediaTrack.Kind.VIDEO) {
                video = track;
                break;
            }
        }
    }

    @Override
    public void onHeaderEnd(long position) {
        if (follows) {
            structure.onHeaderEnd(position);
        }
    }

    @Override
    public void onClusterStart(long position) {
        start(position, CLUSTER_SAMPLES);
    }

    @Override
    public void onFragmentStart(long position) {
        start(position, Integer.MAX_VALUE);
    }

    private void start(long position, int samples) {
        if (follows) {
            reject();
            structure.onBoundary(position, newestMicros);
            structure.onPossibleGroup(position);
            candidate = position;
            undecidedSamples = samples;
        }
    }

    @Override
    public void onSample(
            MediaTrack track, long decodeMicros, long presentationMicros, boolean keyFrame, long position) {
        boolean decides = video == null ? track.kind() == MediaTrack.Kind.AUDIO : track == video;
        if (decides) {
            newestMicros = presentationMicros;
        }
        if (candidate != NONE) {
            undecidedSamples--;
            if (decides && (video == null || keyFrame)) {
                long start = candidate;
                candidate = NONE;
                structure.onGroup(start, Duration.of(presentationMicros, ChronoUnit.MICROS));
            } else if (decides || undecidedSamples == 0) {
                reject();
            }
        }
    }

    private void reject() {
        if (candidate != NONE) {
            candidate = NONE;
            structure.onNoGroup();
        }
    }

    @Override
    public void onBlockEnd(long position) {
        if (follows) {
            structure.onBoundary(position, newestMicros);
        }
    }

    @Override
    public void onNewHeader(long position) {
        if (follows) {
            reject();
            structure.onBoundary(position, newestMicros);
            structure.onNewHeader(position);
        }
    }

    @Override
    public void onFixedPosition() {
        onNotFollowed();
    }

    @Override
    public void onNotFollowed() {
        if (follows) {
            reject();
            follows = false;
            structure.notFollowed();
        }
    }
}
