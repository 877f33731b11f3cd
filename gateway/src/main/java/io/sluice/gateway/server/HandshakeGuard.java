package io.sluice.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import reactor.netty.NettyPipeline;

/**
 * The first handler of a TLS connection, until its handshake is complete. Asks the {@link HandshakeLimiter} when the
 * first bytes arrive, before anything is decrypted or allocated for them, and bounds what a client can send meanwhile:
 * Netty would collect a first message of 16 MB. Confined to its connection's event loop.
 */
final class HandshakeGuard extends ChannelInboundHandlerAdapter {

    private static final String NAME = "sluice.handshakeGuard";
    private static final String COMPLETION = "sluice.handshakeCompletion";

    /** Far more than any client sends before the server's answer and with its own last message. */
    private static final int MAX_BYTES = 32 * 1_024;

    private final HandshakeLimiter limiter;
    private final Predicate<InetSocketAddress> isProxy;
    private long received;
    private boolean begun;
    private boolean refused;

    private HandshakeGuard(HandshakeLimiter limiter, Predicate<InetSocketAddress> isProxy) {
        this.limiter = limiter;
        this.isProxy = isProxy;
    }

    /** Guards a connection whose pipeline begins with TLS. */
    static void addTo(ChannelPipeline pipeline, HandshakeLimiter limiter, Predicate<InetSocketAddress> isProxy) {
        HandshakeGuard guard = new HandshakeGuard(limiter, isProxy);
        pipeline.addFirst(NAME, guard);
        pipeline.addAfter(NettyPipeline.SslHandler, COMPLETION, guard.new Completion());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused || !mayGoOn(context)) {
            ReferenceCountUtil.release(message);
            return;
        }
        received += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        context.fireChannelRead(message);
    }

    private boolean mayGoOn(ChannelHandlerContext context) {
        if (!begun) {
            begun = true;
            refused = !limiter.begin(context.channel(), isProxy);
        } else if (received > MAX_BYTES) {
            refused = true;
            limiter.refuse(context.channel(), "more than " + MAX_BYTES + " bytes");
        }
        return !refused;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        limiter.end(context.channel());
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        limiter.end(context.channel());
    }

    /** Behind the TLS handler, which announces the end of the handshake in this direction only. */
    private final class Completion extends ChannelInboundHandlerAdapter {

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                context.pipeline().remove(HandshakeGuard.this);
                context.pipeline().remove(this);
            }
            context.fireUserEventTriggered(event);
        }
    }
}
