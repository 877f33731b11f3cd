package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.protocol.Opened;
import io.sluice.protocol.ResumeGrant;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.ServerMessage;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The right of a client to continue its stream over another connection: its token, and the time that the session waits
 * for it. Confined to the session's event loop, except for {@link #isFor}.
 */
final class Resumption {

    /** A client that keeps as much cannot exceed the gateway's burst when it comes back, and fits into a browser. */
    private static final long MAX_KEPT_BYTES = 32L * 1_024 * 1_024;

    private final EventLoop eventLoop;
    private final SessionRegistry streams;
    private final Duration window;
    private final long maxKeptBytes;
    private boolean wanted;
    private boolean restarts;
    private volatile @Nullable ResumeToken token;
    private @Nullable Future<?> timer;
    private long lostNanos;

    /**
     * No such right.
     *
     * @param eventLoop the session's
     * @param streams issues tokens, and keeps the last word
     * @param limits the window, zero if nobody is waited for; and the burst
     */
    Resumption(EventLoop eventLoop, SessionRegistry streams, SessionLimits limits) {
        this.eventLoop = eventLoop;
        this.streams = streams;
        this.window = limits.timeouts().resume();
        this.maxKeptBytes = Math.min(MAX_KEPT_BYTES, limits.rates().burstBytes());
    }

    /**
     * The client asks for it.
     *
     * @param restart whether its first message was {@code resume}, and the session begins its recording anew
     */
    void request(boolean restart) {
        wanted = true;
        restarts = restart;
    }

    /** Whether the session begins a recording anew that another one began. */
    boolean restarts() {
        return restarts;
    }

    /** Grants what was asked for, and answers the client's first message. Once, when the stream is live. */
    ServerMessage answer(Opened opened) {
        ResumeGrant grant = null;
        if (wanted && !window.isZero()) {
            String secret = streams.newSecret();
            token = ResumeToken.of(secret);
            grant = grant(secret);
        }
        return restarts ? new Resumed(Resumed.Mode.RESTART, opened.sessionId(), 0, grant) : opened.withResume(grant);
    }

    /** The same right as before, for a client that has proved that it has it. */
    ResumeGrant grant(String secret) {
        return new ResumeGrant(secret, window.toMillis(), maxKeptBytes, null);
    }

    boolean isGranted() {
        return token != null;
    }

    /** Whether a token continues this session. Callable from any thread. */
    boolean isFor(ResumeToken other) {
        ResumeToken own = token;
        return own != null && own.equals(other);
    }

    /** From now on the token is one that nobody knows. */
    void revoke() {
        token = null;
    }

    Duration window() {
        return window;
    }

    /** The client is away. */
    void await(Runnable windowOver) {
        lostNanos = System.nanoTime();
        timer = eventLoop.schedule(windowOver, window.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The wait is over, for whatever reason. */
    void stopWaiting() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
    }

    /** How long the client has been away; zero if it has not. */
    Duration away() {
        return timer == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lostNanos);
    }

    /** The session has ended, and its client may not have heard it. */
    void ended(ServerMessage lastWord) {
        ResumeToken last = token;
        if (last != null) {
            streams.remember(last, lastWord, window);
            token = null;
        }
    }
}
