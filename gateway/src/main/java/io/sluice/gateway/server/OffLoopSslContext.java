package io.sluice.gateway.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

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
        return context.newHandler(allocator, handshakes);
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator allocator, String host, int port, boolean startTls) {
        return context.newHandler(allocator, host, port, handshakes);
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
}
