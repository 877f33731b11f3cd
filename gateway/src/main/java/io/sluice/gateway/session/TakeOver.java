package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.protocol.Resumed;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * A connection that asks to continue a stream. The session that greeted it asks on the connection's event loop; the
 * session that is to go on decides on its own loop, and answers once. Until the answer arrives, what the connection
 * delivers goes to the session that greeted it.
 */
final class TakeOver {

    private final ClientConnection connection;
    private final ResumeToken token;
    private final Claim claim;
    private final Greeter greeter;

    /**
     * What the client says.
     *
     * @param secret its token
     * @param keptFromByte the position of the first byte that it still has
     * @param sentBytes how much it has sent
     */
    record Claim(String secret, long keptFromByte, long sentBytes) {

        @Override
        public String toString() {
            return "Claim[keptFromByte=" + keptFromByte + ", sentBytes=" + sentBytes + "]";
        }
    }

    /** The session that greeted the connection; called on the connection's event loop. */
    interface Greeter {

        /** Lets go of the connection. False if there is nothing to let go of, because it has ended meanwhile. */
        boolean handOver();

        /** There is no such stream, or not for this token. */
        void notFound();
    }

    TakeOver(ClientConnection connection, ResumeToken token, Claim claim, Greeter greeter) {
        this.connection = connection;
        this.token = token;
        this.claim = claim;
        this.greeter = greeter;
    }

    ClientConnection connection() {
        return connection;
    }

    ResumeToken token() {
        return token;
    }

    Claim claim() {
        return claim;
    }

    /**
     * The stream goes on over this connection. On the event loop of the session that goes on, before it sends anything
     * else to the connection.
     *
     * @param ingest where the connection delivers from now on
     * @param answer the first message to it; empty if only the session's last word follows
     */
    void grant(Ingest ingest, Optional<Resumed> answer) {
        run(connection.eventLoop(), () -> {
            if (greeter.handOver()) {
                connection.deliverTo(ingest);
                answer.ifPresent(connection::send);
            } else {
                ingest.onDisconnect(Departure.LOST);
            }
        });
    }

    /** There is nothing to continue. On any thread. */
    void refuse() {
        run(connection.eventLoop(), greeter::notFound);
    }

    /** A loop that is shut down takes nothing more; its connections and sessions are gone. */
    static void run(EventLoop loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // Nobody is left to be told.
        }
    }
}
