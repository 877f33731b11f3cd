package io.sluice.gateway.media;

import io.sluice.gateway.media.container.ContainerListener;
import io.sluice.gateway.media.container.MediaTrack;

/**
 * Finds the groups of a stream and the boundaries of its elements, from what a
 * {@link io.sluice.gateway.media.container.ContainerObserver} tells. Confined to the stream's event loop.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable", "unused"}) // Not implemented yet.
public final class GroupFinder implements ContainerListener {

    /**
     * A finder for a new stream.
     *
     * @param structure hears what it finds
     */
    public GroupFinder(StructureListener structure) {}

    @Override
    public void onHeaderEnd(long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onSample(
            MediaTrack track, long decodeMicros, long presentationMicros, boolean keyFrame, long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onNewHeader(long position) {
        throw new UnsupportedOperationException();
    }
}
