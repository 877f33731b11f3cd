package io.sluice.e2e.harness;

import io.sluice.e2e.wire.Frame;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Resume;
import io.sluice.protocol.ResumeGrant;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.Stop;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client that goes on over another connection, as docs/protocol.md says: it keeps its whole recording, counts bytes,
 * and believes the gateway's position.
 */
public final class ResumingPublisher implements AutoCloseable {

    private final GatewayProcess gateway;
    private final Recording recording;
    private final Open open;
    private final List<Publisher> connections = new ArrayList<>();
    private @Nullable ResumeGrant grant;
    private String sessionId = "";
    private int position;

    /** A client with a recording that it has not begun to send. */
    public ResumingPublisher(GatewayProcess gateway, String key, Recording recording) {
        this.gateway = gateway;
        this.recording = recording;
        this.open = new Open(key, List.of(recording.mimeType()), null, null, null, null, Set.of(ClientFeature.RESUME));
    }

    /** The first connection. */
    public ResumingPublisher open() {
        Publisher publisher = connect();
        publisher.say(open);
        Opened opened = publisher.heard().awaitOpened(Publisher.SOON);
        sessionId = opened.sessionId();
        grant = opened.resume();
        return this;
    }

    private Publisher connect() {
        Publisher publisher = gateway.connect(Publisher.negotiatedWithoutKey());
        connections.add(publisher);
        return publisher;
    }

    /** The connection that it uses at present. */
    public Publisher connection() {
        return connections.get(connections.size() - 1);
    }

    /** The secret; only once it is granted. */
    public String token() {
        return grant().token();
    }

    public ResumeGrant grant() {
        return Objects.requireNonNull(grant);
    }

    /** Where in the recording it goes on. */
    public int position() {
        return position;
    }

    /** Sends up to a position in the recording, in messages of a size. */
    public ResumingPublisher sendUpTo(int end, int messageBytes) {
        while (position < end) {
            int bytes = Math.min(messageBytes, end - position);
            connection().socket().send(Frame.binary(part(position, bytes)));
            position += bytes;
        }
        return this;
    }

    /** Sends only the beginning of a message, as one does whose network goes away. */
    public ResumingPublisher sendPartly(int messageBytes, int wireBytes) {
        ByteBuffer frame =
                Frame.binary(part(position, Math.min(messageBytes, left()))).encoded();
        frame.limit(frame.position() + Math.min(wireBytes, frame.remaining()));
        connection().socket().write(frame);
        return this;
    }

    /** Sends what comes next once more over a connection that it has given up, as a network does that delivers late. */
    public void deliverLate(Publisher old, int from, int bytes) {
        try {
            old.socket().send(Frame.binary(part(from, Math.min(bytes, recording.sizeBytes() - from))));
        } catch (UncheckedIOException e) {
            // The gateway has closed it.
        }
    }

    private int left() {
        return recording.sizeBytes() - position;
    }

    private ByteBuffer part(int from, int bytes) {
        return recording.bytes().duplicate().position(from).limit(from + bytes).slice();
    }

    /** How it would continue; it has everything from the first byte on. */
    public Resume message() {
        return new Resume(sessionId, token(), 0, position, recording.mimeType(), open);
    }

    /** Goes on over a new connection; the old one is left as it is. */
    public Resumed resume() {
        Resume message = message();
        Publisher publisher = connect();
        publisher.say(message);
        Resumed resumed = publisher.heard().await(Resumed.class, Publisher.SOON, any -> true);
        sessionId = resumed.sessionId();
        grant = resumed.resume();
        position = (int) resumed.nextByte();
        return resumed;
    }

    /** Comes back too late, and hears how it ended. */
    public Ended hearTheOutcome() {
        Resume message = message();
        Publisher publisher = connect();
        publisher.say(message);
        return publisher.heard().awaitEnded(Publisher.SOON);
    }

    /** Says that all is sent, and waits for the outcome. */
    public Ended stop() {
        connection().say(new Stop());
        return connection().heard().awaitEnded(Publisher.SOON);
    }

    /** The outcome over any of its connections, if it was told more than once. */
    public List<Ended> outcomes() {
        return connections.stream()
                .flatMap(publisher -> publisher.heard().all(Ended.class).stream())
                .toList();
    }

    /** A connection that it used before. */
    public Optional<Publisher> previous() {
        return connections.size() < 2 ? Optional.empty() : Optional.of(connections.get(connections.size() - 2));
    }

    @Override
    public void close() {
        connections.forEach(Publisher::close);
    }
}
