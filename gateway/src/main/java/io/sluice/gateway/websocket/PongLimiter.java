package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers pings at most {@value #MAX_PER_SECOND} times a second. If more pings arrive, only the latest is answered at
 * the end of the period, as RFC 6455 (5.5.3) allows. Otherwise a client that never reads could fill the gateway's
 * memory with pongs.
 */
final class PongLimiter {

    private static final int MAX_PER_SECOND = 10;
    private static final Duration PERIOD = Duration.ofSeconds(1).dividedBy(MAX_PER_SECOND);

    private final Channel channel;
    private byte @Nullable [] latest;
    private @Nullable ScheduledFuture<?> pause;

    PongLimiter(Channel channel) {
        this.channel = channel;
    }

    void answer(ByteBuf content) {
        latest = ByteBufUtil.getBytes(content);
        if (pause == null) {
            send();
        }
    }

    void stop() {
        latest = null;
        if (pause != null) {
            pause.cancel(false);
        }
    }

    private void send() {
        pause = null;
        byte[] content = latest;
        if (content == null || !channel.isActive()) {
            return;
        }
        if (channel.isWritable()) {
            latest = null;
            channel.writeAndFlush(new PongWebSocketFrame(Unpooled.wrappedBuffer(content)));
        }
        pause = channel.eventLoop().schedule(this::send, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
}
