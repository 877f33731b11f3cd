package io.sluice.e2e.harness;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The network between a browser and the gateway: a TCP proxy whose upstream can be made slow, silent or dead while it
 * runs. What it holds back stays with the sender, as with a real uplink; it stores one read of {@value #READ_BYTES}
 * bytes itself.
 *
 * <p>All state is confined to its one event loop; the methods may be called from any thread and take effect before they
 * return.
 */
public final class NetworkLink implements AutoCloseable {

    private static final int READ_BYTES = 4096;

    /**
     * What Ethernet leaves of a packet. With the loopback interface's own 64 kB the sender's kernel takes 3.6 MB before
     * the sender feels anything, with these two 130 kB (measured), which is more like a real uplink.
     */
    private static final IntegerUnixChannelOption TCP_MAXSEG = new IntegerUnixChannelOption("TCP_MAXSEG", 6, 2);

    private static final int SEGMENT_BYTES = 1448;
    private static final int RECEIVE_BUFFER_BYTES = 4096;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final InetSocketAddress target;
    private final ChannelGroup channels;
    private final List<Runnable> heldBack = new ArrayList<>();
    private final Set<Channel> stranded = new HashSet<>();
    private final AtomicLong upBytes = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final Channel server;
    private boolean isSilent;
    private boolean isUnplugged;
    private double nanosPerByte;
    private long freeAtNanos = System.nanoTime();

    private NetworkLink(InetSocketAddress target) {
        this.target = target;
        this.channels = new DefaultChannelGroup(loop.next());
        this.server = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                .option(TCP_MAXSEG, SEGMENT_BYTES)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel browser) {
                        join(browser);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    static NetworkLink to(InetSocketAddress target) {
        return new NetworkLink(target);
    }

    /** The same path at this end of the link. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort() + path);
    }

    /** From now on no more than this goes up, all connections taken together. */
    public void limitTo(long bitsPerSecond) {
        onLoop(() -> {
            nanosPerByte = 8e9 / bitsPerSecond;
            freeAtNanos = System.nanoTime();
        });
    }

    /** From now on it is as fast as the machine. */
    public void release() {
        onLoop(() -> {
            nanosPerByte = 0;
            freeAtNanos = System.nanoTime();
        });
    }

    /** From now on nothing passes, in either direction, and nobody is told: a train in a tunnel. */
    public void silence() {
        onLoop(() -> isSilent = true);
    }

    /**
     * From now on nothing passes over the connections that there are, not even their end, and nobody is told; new ones
     * work. What they hold back arrives with {@link #speak}, however late.
     */
    public void strand() {
        onLoop(() -> stranded.addAll(channels));
    }

    /** Everything that was held back passes again. */
    public void speak() {
        onLoop(() -> {
            isSilent = false;
            stranded.clear();
            heldBack.forEach(Runnable::run);
            heldBack.clear();
        });
    }

    /** Breaks off every connection with an RST; a new one succeeds at once. */
    public void cut() {
        onLoop(this::breakAll);
    }

    /** Breaks off every connection, and each new one too until {@link #plugIn}. */
    public void unplug() {
        onLoop(() -> {
            isUnplugged = true;
            breakAll();
        });
    }

    /** New connections succeed again. */
    public void plugIn() {
        onLoop(() -> isUnplugged = false);
    }

    /** How many bytes went up, over all connections. */
    public long upBytes() {
        return upBytes.get();
    }

    /** How many connections there were, those included that found it unplugged. */
    public long connections() {
        return connections.get();
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        speak();
        onLoop(this::breakAll);
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void onLoop(Runnable change) {
        loop.submit(change).syncUninterruptibly();
    }

    private void breakAll() {
        channels.forEach(NetworkLink::reset);
    }

    private static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    private void join(Channel browser) {
        connections.incrementAndGet();
        if (isUnplugged) {
            reset(browser);
            return;
        }
        ChannelFuture connecting = new Bootstrap()
                .group(browser.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new Relay(browser, false))
                .connect(target);
        Channel gateway = connecting.channel();
        channels.add(browser);
        channels.add(gateway);
        browser.config().setOption(ChannelOption.TCP_NODELAY, true);
        browser.pipeline().addLast(new Relay(gateway, true));
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                browser.read();
                gateway.read();
            } else {
                reset(browser);
            }
        });
    }

    /** Reads once, writes it on, waits until that is written and its time has passed, and reads again. */
    private final class Relay extends ChannelInboundHandlerAdapter {

        private final Channel other;
        private final boolean isUp;

        Relay(Channel other, boolean isUp) {
            this.other = other;
            this.isUp = isUp;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            if (isSilent || stranded.contains(ctx.channel())) {
                heldBack.add(() -> channelRead(ctx, bytes));
                return;
            }
            int length = ((ByteBuf) bytes).readableBytes();
            long pauseNanos = isUp ? count(length) : 0;
            other.writeAndFlush(bytes).addListener(written -> {
                if (!written.isSuccess()) {
                    ctx.close();
                } else if (pauseNanos > 0) {
                    ctx.executor().schedule(ctx::read, pauseNanos, TimeUnit.NANOSECONDS);
                } else {
                    ctx.read();
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (stranded.contains(ctx.channel())) {
                heldBack.add(other::close);
                return;
            }
            other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable broken) {
            // An RST from one side goes on to the other as one.
            reset(other);
            ctx.close();
        }
    }

    /** @return how long the next read has to wait */
    private long count(int length) {
        upBytes.addAndGet(length);
        long now = System.nanoTime();
        freeAtNanos = Math.max(now, freeAtNanos) + (long) (length * nanosPerByte);
        return freeAtNanos - now;
    }
}
