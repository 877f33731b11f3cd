package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over real sockets, because what counts is what the kernel takes. */
class UnreadAnswerHandlerTest {

    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final int BYTES = 8 * 1_024 * 1_024;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger unread = new AtomicInteger();
    private final CompletableFuture<Channel> accepted = new CompletableFuture<>();

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A client that reads only when told to. */
    private Channel client() {
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.SO_SNDBUF, 32 * 1_024)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new UnreadAnswerHandler(TIMEOUT, unread::incrementAndGet));
                        accepted.complete(channel);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
        return new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_RCVBUF, 16 * 1_024)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                })
                .connect(server.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    @Test
    void whoeverReadsNothingIsClosed() {
        client();
        Channel channel = accepted.join();
        channel.writeAndFlush(Unpooled.directBuffer().writeZero(BYTES));
        Awaitility.await().until(() -> !channel.isOpen());
        assertThat(unread).hasValue(1);
    }

    @Test
    void whoeverReadsSlowlyIsNot() {
        Channel client = client();
        Channel channel = accepted.join();
        long start = System.nanoTime();
        channel.writeAndFlush(Unpooled.directBuffer().writeZero(BYTES));
        Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> {
            client.read();
            return System.nanoTime() - start > TIMEOUT.multipliedBy(4).toNanos();
        });
        assertThat(channel.isOpen()).isTrue();
        assertThat(unread).hasValue(0);
    }

    @Test
    void aConnectionForWhichNothingWaitsIsNotClosed() {
        Channel client = client();
        client.config().setAutoRead(true);
        Channel channel = accepted.join();
        long start = System.nanoTime();
        channel.writeAndFlush(Unpooled.directBuffer().writeZero(BYTES)).syncUninterruptibly();
        Awaitility.await()
                .until(() -> System.nanoTime() - start > TIMEOUT.multipliedBy(3).toNanos());
        assertThat(channel.isOpen()).isTrue();
        assertThat(unread).hasValue(0);
    }
}
