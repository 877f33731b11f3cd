package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.session.ClientConnection;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Progress;
import io.sluice.protocol.ServerMessage;
import reactor.netty.NettyPipeline;

/**
 * The only one who writes to a client. What it writes is little and never waits: progress is left out while the client does not read,
 * pongs are limited, and everything else comes once.
 */
final class ClientWriter implements ClientConnection {

    private final Channel channel;
    private final Peer peer;
    private final ControlCodec codec;
    private final boolean speaksJson;
    private final PongLimiter ponger;
    private boolean closing;

    ClientWriter(Channel channel, Peer peer, ControlCodec codec, boolean speaksJson) {
        this.channel = channel;
        this.peer = peer;
        this.codec = codec;
        this.speaksJson = speaksJson;
        this.ponger = new PongLimiter(channel);
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
    public void send(ServerMessage message) {
        if (closing || !channel.isActive() || (message instanceof Progress && !channel.isWritable())) {
            return;
        }
        if (speaksJson) {
            channel.writeAndFlush(new TextWebSocketFrame(codec.encode(message)));
        }
        if (message instanceof Ended) {
            close(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE.code(), ""));
        } else if (message instanceof Failed failed) {
            close(new CloseWebSocketFrame(
                    failed.code().closeCode(), failed.failure().closeReason()));
        }
    }

    @Override
    public void pauseMedia(boolean paused) {
        if (!closing) {
            channel.config().setAutoRead(!paused);
        }
    }

    /** Answers a ping; the content stays the caller's. */
    void pong(ByteBuf content) {
        if (!closing) {
            ponger.answer(content);
        }
    }

    /** The client has closed, or its connection broke: nothing may follow its close frame. */
    void gone() {
        closing = true;
        ponger.stop();
    }

    private void close(CloseWebSocketFrame frame) {
        closing = true;
        ponger.stop();
        channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, ClosingHandshake.NAME, new ClosingHandshake());
        channel.config().setAutoRead(true);
        channel.writeAndFlush(frame);
    }
}
