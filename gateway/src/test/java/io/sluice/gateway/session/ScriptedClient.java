package io.sluice.gateway.session;

import io.sluice.protocol.Failed;
import io.sluice.protocol.Progress;
import io.sluice.protocol.ServerMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The client's end of a session, without a connection: remembers what it was told, and whether it had to pause. */
public final class ScriptedClient implements Client {

    private final List<ServerMessage> heard = new CopyOnWriteArrayList<>();
    private final List<Boolean> pauses = new CopyOnWriteArrayList<>();

    @Override
    public void tell(ServerMessage message) {
        heard.add(message);
    }

    @Override
    public void pauseMedia(boolean paused) {
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
