package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Peer;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Progress;
import io.sluice.protocol.ServerMessage;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The client's end of a session, without a connection: remembers what it was told, and whether it had to pause. */
public final class ScriptedClient implements ClientConnection {

    private final Peer peer = Peer.at(null);
    private final List<ServerMessage> heard = new CopyOnWriteArrayList<>();
    private final List<Boolean> pauses = new CopyOnWriteArrayList<>();

    private @Nullable EventLoop eventLoop;
    private volatile @Nullable Ingest ingest;

    /** Where it would be read. */
    public ScriptedClient on(EventLoop loop) {
        eventLoop = loop;
        return this;
    }

    @Override
    public EventLoop eventLoop() {
        return Objects.requireNonNull(eventLoop);
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public void deliverTo(Ingest next) {
        requireLoop();
        ingest = next;
    }

    /** Where it delivers at present. */
    Ingest ingest() {
        return Objects.requireNonNull(ingest);
    }

    @Override
    public void send(ServerMessage message) {
        requireLoop();
        heard.add(message);
    }

    private void requireLoop() {
        if (!eventLoop().inEventLoop()) {
            throw new AssertionError("the client was called on " + Thread.currentThread());
        }
    }

    @Override
    public void pauseMedia(boolean paused) {
        requireLoop();
        pauses.add(paused);
    }

    /** All messages but the progress, which comes as often as time goes by. */
    public List<ServerMessage> words() {
        return heard.stream().filter(message -> !(message instanceof Progress)).toList();
    }

    public List<Progress> progress() {
        return heard.stream()
                .filter(Progress.class::isInstance)
                .map(Progress.class::cast)
                .toList();
    }

    /** The last word, if it was a failure, else whatever it was. */
    public Object lastWord() {
        ServerMessage last = heard.get(heard.size() - 1);
        return last instanceof Failed failed ? failed.code() : last;
    }

    public List<Boolean> pauses() {
        return pauses;
    }
}
