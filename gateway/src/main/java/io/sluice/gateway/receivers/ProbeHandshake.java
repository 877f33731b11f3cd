package io.sluice.gateway.receivers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The client's side of an RTMP handshake and nothing more: no application and no key. Once the server has answered, the
 * handshake is completed and the connection is closed in order, so that the server sees a client that left, and not one
 * that broke off.
 */
final class ProbeHandshake extends SimpleChannelInboundHandler<ByteBuf> {

    private static final int VERSION = 3;
    /** The encrypted variant, with which servers of Adobe's answer. */
    private static final int ENCRYPTED_VERSION = 6;

    private static final int RANDOM_AT = 9;
    private static final int BYTES = 1 + 1_536;

    /** How long the server has to close its side. */
    private static final long LINGER_MS = 500;

    private final Consumer<Boolean> answer;
    private final byte[] received = new byte[BYTES];
    private int count;

    /**
     * Creates a handler for one connection.
     *
     * @param answer told once or more, on the event loop, whether the server answers; the first time counts
     */
    ProbeHandshake(Consumer<Boolean> answer) {
        this.answer = answer;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        byte[] hello = new byte[BYTES];
        ThreadLocalRandom.current().nextBytes(hello);
        hello[0] = VERSION;
        // Time and version are 0: a handshake without digests.
        for (int i = 1; i < RANDOM_AT; i++) {
            hello[i] = 0;
        }
        context.writeAndFlush(Unpooled.wrappedBuffer(hello));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        int taken = Math.min(bytes.readableBytes(), BYTES - count);
        if (taken == 0) {
            return;
        }
        bytes.readBytes(received, count, taken);
        count += taken;
        if (received[0] != VERSION && received[0] != ENCRYPTED_VERSION) {
            answer.accept(false);
            context.close();
        } else if (count == BYTES) {
            answer.accept(true);
            leave(context);
        }
    }

    /** Says the last word of the handshake, which is the server's own, and closes when the server has. */
    private void leave(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.wrappedBuffer(received, 1, BYTES - 1)).addListener((ChannelFutureListener)
                written -> {
                    if (context.pipeline().get(SslHandler.class) == null
                            && written.channel() instanceof DuplexChannel plain) {
                        plain.shutdownOutput();
                    } else {
                        context.close();
                    }
                });
        context.executor().schedule(() -> context.close(), LINGER_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        answer.accept(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        answer.accept(false);
        context.close();
    }
}
