package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Result;
import io.sluice.protocol.Resume;
import io.sluice.protocol.ResumeGrant;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.ServerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;

/** One connection of a client that can resume, on an event loop of its own choice. */
final class ResumingClient {

    static final Open OPEN = new Open(
            SessionStage.KEY,
            List.of(SessionStage.AUDIO),
            null,
            null,
            null,
            null,
            Set.of(ClientFeature.RESUME, ClientFeature.DRAINING));

    private static final int PIECE_BYTES = 4_096;

    private final ScriptedClient client;
    private final EventLoop loop;
    private final StreamSession greeter;

    private ResumingClient(SessionContext context, EventLoop loop) {
        this.loop = loop;
        this.client = new ScriptedClient().on(loop);
        this.greeter = Objects.requireNonNull(loop.submit(() -> SessionStage.negotiated(client, context))
                .awaitUninterruptibly()
                .getNow());
    }

    static ResumingClient connect(SessionContext context, EventLoop loop) {
        return new ResumingClient(context, loop);
    }

    /** Connects, opens, and waits until it is live. */
    static ResumingClient live(SessionContext context, EventLoop loop) {
        ResumingClient client = connect(context, loop);
        client.say(OPEN);
        client.opened();
        return client;
    }

    /** Connects and resumes with the token of another connection. */
    static ResumingClient resume(SessionContext context, EventLoop loop, Resume message) {
        ResumingClient client = connect(context, loop);
        client.say(message);
        return client;
    }

    /** The session that greeted the connection, which may not be the one that it belongs to. */
    StreamSession greeter() {
        return greeter;
    }

    Opened opened() {
        return await(Opened.class);
    }

    Resumed resumed() {
        return await(Resumed.class);
    }

    FailureCode failed() {
        return await(Failed.class).code();
    }

    <M extends ServerMessage> M await(Class<M> type) {
        return Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(SessionStage.PATIENCE)
                .until(
                        () -> words().stream()
                                .filter(type::isInstance)
                                .map(type::cast)
                                .toList(),
                        found -> !found.isEmpty())
                .get(0);
    }

    List<ServerMessage> words() {
        return client.words();
    }

    boolean isPaused() {
        List<Boolean> pauses = client.pauses();
        return !pauses.isEmpty() && pauses.get(pauses.size() - 1);
    }

    /** How to continue what this connection has opened. */
    Resume resume(long keptFromByte, long sentBytes) {
        return resume(opened().sessionId(), token(), keptFromByte, sentBytes);
    }

    static Resume resume(String sessionId, String token, long keptFromByte, long sentBytes) {
        return new Resume(sessionId, token, keptFromByte, sentBytes, null, null);
    }

    static Resume withOpen(Resume resume) {
        return new Resume(
                resume.sessionId(),
                resume.token(),
                resume.keptFromByte(),
                resume.sentBytes(),
                SessionStage.AUDIO,
                OPEN);
    }

    String token() {
        ResumeGrant grant = Objects.requireNonNull(opened().resume());
        return grant.token();
    }

    void say(ClientMessage message) {
        onLoop(() -> client.ingest().onMessage(Result.ok(message)));
    }

    void send(byte[] media, int from, int to) {
        for (int at = from; at < to; at += PIECE_BYTES) {
            int bytes = Math.min(PIECE_BYTES, to - at);
            ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(bytes);
            piece.writeBytes(media, at, bytes);
            onLoop(() -> client.ingest().onMedia(piece));
        }
    }

    void disconnect(Departure departure) {
        onLoop(() -> client.ingest().onDisconnect(departure));
    }

    private void onLoop(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }
}
