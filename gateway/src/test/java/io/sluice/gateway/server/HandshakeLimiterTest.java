package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/** The handler in front of TLS, on channels without a network. */
class HandshakeLimiterTest {

    private final HandshakeLimiter limiter = limiter(1_000, 2);

    private static HandshakeLimiter limiter(int rate, int ratePerAddress) {
        return new HandshakeLimiter(new TlsSettings(rate, ratePerAddress, Duration.ZERO));
    }

    private static EmbeddedChannel from(String address, HandshakeLimiter limiter) {
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                try {
                    return new InetSocketAddress(InetAddress.getByName(address), 4711);
                } catch (UnknownHostException e) {
                    throw new AssertionError(e);
                }
            }
        };
        channel.pipeline().addLast(NettyPipeline.SslHandler, new ChannelInboundHandlerAdapter());
        HandshakeGuard.addTo(
                channel.pipeline(), limiter, peer -> peer.getHostString().startsWith("198.51.100."));
        return channel;
    }

    private static boolean isLetIn(EmbeddedChannel channel) {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[100]));
        boolean passed = channel.releaseInbound();
        return passed && channel.isOpen();
    }

    @Test
    void tooManyFromOneNetworkAreClosedAndOthersGetIn() {
        for (int i = 0; i < 20; i++) {
            assertThat(isLetIn(from("2001:db8:1:2::" + i, limiter))).isTrue();
        }
        EmbeddedChannel refused = from("2001:db8:1:2::99", limiter);
        assertThat(isLetIn(refused)).isFalse();
        assertThat(refused.isOpen()).isFalse();
        assertThat(limiter.refused()).isEqualTo(1);
        assertThat(isLetIn(from("2001:db8:1:3::1", limiter))).isTrue();
        assertThat(isLetIn(from("127.0.0.1", limiter))).isTrue();
    }

    @Test
    void aTrustedProxyIsNotLimitedAsOneClient() {
        for (int i = 0; i < 100; i++) {
            assertThat(isLetIn(from("198.51.100.1", limiter))).isTrue();
        }
    }

    @Test
    void connectionsThatSendNothingDoNotCount() {
        for (int i = 0; i < 100; i++) {
            from("192.0.2.1", limiter);
        }
        assertThat(isLetIn(from("192.0.2.1", limiter))).isTrue();
    }

    @Test
    void unfinishedHandshakesAreDisplacedAndFinishedOnesAreNot() {
        HandshakeLimiter many = limiter(10_000, 10_000);
        EmbeddedChannel established = from("192.0.2.1", many);
        assertThat(isLetIn(established)).isTrue();
        ChannelHandlerContext tls = established.pipeline().context(NettyPipeline.SslHandler);
        tls.fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        assertThat(established.pipeline().names()).doesNotContain("sluice.handshakeGuard");
        List<EmbeddedChannel> unfinished = new ArrayList<>();
        for (int i = 0; i <= HandshakeLimiter.MAX_IN_PROGRESS; i++) {
            unfinished.add(from("192.0.2.2", many));
            assertThat(isLetIn(unfinished.get(i))).isTrue();
        }
        assertThat(unfinished.get(0).isOpen()).isFalse();
        assertThat(unfinished.get(1).isOpen()).isTrue();
        assertThat(isLetIn(established)).isTrue();
        assertThat(many.refused()).isEqualTo(1);
    }

    @Test
    void aFirstMessageWithoutEndIsNotCollected() {
        EmbeddedChannel channel = from("192.0.2.1", limiter);
        for (int i = 0; i < 9; i++) {
            channel.writeInbound(Unpooled.wrappedBuffer(new byte[4_096]));
        }
        assertThat(channel.isOpen()).isTrue();
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
        assertThat(channel.isOpen()).isFalse();
        channel.releaseInbound();
    }
}
