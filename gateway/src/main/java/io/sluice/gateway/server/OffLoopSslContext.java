package io.sluice.gateway.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * A TLS context whose handshakes compute on an executor: key exchange and signature, which would stop the media of all
 * streams on an event loop. Reactor Netty offers no setting for that, and asks its context for handlers without one.
 */
final class OffLoopSslContext extends SslContext {

    private final SslContext context;
    private final Executor handshakes;

    OffLoopSslContext(SslContext context, Executor handshakes) {
        this.context = context;
        this.handshakes = handshakes;
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
        UnlessClosed executor = new UnlessClosed(handshakes);
        return executor.of(context.newHandler(allocator, executor));
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator allocator, String host, int port, boolean startTls) {
        UnlessClosed executor = new UnlessClosed(handshakes);
        return executor.of(context.newHandler(allocator, host, port, executor));
    }

    @Override
    public boolean isClient() {
        return context.isClient();
    }

    @Override
    public List<String> cipherSuites() {
        return context.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // Abstract in the class that this one extends.
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return context.applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return context.newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
        return context.newEngine(allocator, host, port);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return context.sessionContext();
    }

    /**
     * Leaves out the work of a connection that has closed meanwhile: who replays messages does not wait for answers.
     */
    private static final class UnlessClosed implements Executor {

        private final Executor handshakes;
        private volatile @Nullable SslHandler handler;

        UnlessClosed(Executor handshakes) {
            this.handshakes = handshakes;
        }

        SslHandler of(SslHandler created) {
            handler = created;
            return created;
        }

        @Override
        public void execute(Runnable task) {
            handshakes.execute(() -> {
                SslHandler connection = handler;
                // A handshake that has ended while it needs this work has failed.
                if (connection == null
                        || !connection.handshakeFuture().isDone()
                        || connection.handshakeFuture().isSuccess()) {
                    task.run();
                }
            });
        }
    }
}
