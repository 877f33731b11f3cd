package io.sluice.gateway.media;

import io.netty.buffer.Unpooled;
import io.sluice.gateway.media.ReplayBuffer.Group;
import io.sluice.gateway.media.container.ContainerObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** What is found in a stream of which the pieces are as long as the test wants; and all of it in its order. */
final class Structure implements StructureListener {

    final List<Long> headerEnds = new ArrayList<>();
    final List<Long> newHeaders = new ArrayList<>();
    final List<Long> boundaries = new ArrayList<>();
    final List<Group> groups = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    boolean follows = true;

    /** How far in front of the inspected piece what was announced in it may be. */
    long furthestBack;

    private long pieceStart;

    static Structure of(byte[] media, IntSupplier pieceBytes) {
        Structure structure = new Structure();
        ContainerObserver observer = new ContainerObserver(new GroupFinder(structure));
        for (int at = 0; at < media.length; ) {
            int length = Math.min(pieceBytes.getAsInt(), media.length - at);
            structure.pieceStart = at;
            observer.inspect(Unpooled.wrappedBuffer(media, at, length));
            at += length;
        }
        return structure;
    }

    static Structure of(byte[] media) {
        return of(media, () -> media.length);
    }

    private void announced(long position) {
        furthestBack = Math.max(furthestBack, pieceStart - position);
    }

    @Override
    public void onHeaderEnd(long position) {
        headerEnds.add(position);
        events.add("header end " + position);
    }

    @Override
    public void onBoundary(long position, long newestMicros) {
        boundaries.add(position);
        events.add("boundary " + position + " at " + newestMicros);
    }

    @Override
    public void onPossibleGroup(long position) {
        announced(position);
        events.add("possible " + position);
    }

    @Override
    public void onGroup(long position, Duration time) {
        groups.add(new Group(position, time));
        events.add("group " + position + " at " + time);
    }

    @Override
    public void onNoGroup() {
        events.add("none");
    }

    @Override
    public void onNewHeader(long position) {
        announced(position);
        newHeaders.add(position);
        events.add("new header " + position);
    }

    @Override
    public void notFollowed() {
        follows = false;
        events.add("not followed");
    }
}
