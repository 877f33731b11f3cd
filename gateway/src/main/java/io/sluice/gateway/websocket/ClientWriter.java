package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.session.ClientConnection;
import io.sluice.gateway.session.Ingest;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Progress;
import io.sluice.protocol.ServerMessage;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * The only writer to a client. What it writes is bounded and is never queued: progress is skipped while the client does
 * not read, pongs are limited, and every other message is sent once.
 *
 * <p><b>Threads:</b> used only on the event loop of the connection.
 */
final class ClientWriter implements ClientConnection {

    private final Channel channel;
    private final Peer peer;
    private final ControlCodec codec;
    private final boolean negotiated;
    private final PongLimiter pongs;
    private @Nullable Ingest ingest;
    private boolean closing;

    ClientWriter(Channel channel, Peer peer, ControlCodec codec, boolean negotiated) {
        this.channel = channel;
        this.peer = peer;
        this.codec = codec;
        this.negotiated = negotiated;
        this.pongs = new PongLimiter(channel);
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public void deliverTo(Ingest next) {
        ingest = next;
    }

    /** Where the connection delivers. Set before it receives anything. */
    Ingest ingest() {
        return Objects.requireNonNull(ingest);
    }

    @Override
    public void send(ServerMessage message) {
        if (closing || !channel.isActive() || (message instanceof Progress && hasUnread())) {
            return;
        }
        if (negotiated) {
            channel.writeAndFlush(new TextWebSocketFrame(codec.encode(message)));
        }
        if (message instanceof Ended) {
            close(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE.code(), ""));
        } else if (message instanceof Failed failed) {
            close(new CloseWebSocketFrame(
                    failed.code().closeCode(), failed.failure().closeReason()));
        }
    }

    /** Whether the socket has not taken all of what was sent before. */
    private boolean hasUnread() {
        ChannelOutboundBuffer unread = channel.unsafe().outboundBuffer();
        return unread == null || unread.totalPendingWriteBytes() > 0;
    }

    @Override
    public void pauseMedia(boolean paused) {
        if (!closing) {
            channel.config().setAutoRead(!paused);
        }
    }

    /** Answers a ping; the caller keeps ownership of the content. */
    void pong(ByteBuf content) {
        if (!closing) {
            pongs.answer(content);
        }
    }

    /** The client sent a close frame or the connection broke: nothing can be sent any more. */
    void disconnected() {
        closing = true;
        pongs.stop();
        if (channel.isActive()) {
            // Reactor Netty closes once its close frame is written, which it never is if the client does not read.
            ScheduledFuture<?> close = channel.eventLoop()
                    .schedule(() -> channel.close(), ClosingHandshake.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> close.cancel(false));
        }
    }

    private void close(CloseWebSocketFrame frame) {
        closing = true;
        pongs.stop();
        channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, ClosingHandshake.NAME, new ClosingHandshake());
        channel.config().setAutoRead(true);
        channel.writeAndFlush(frame);
    }
}
