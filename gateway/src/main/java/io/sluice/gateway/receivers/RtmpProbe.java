package io.sluice.gateway.receivers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.sluice.gateway.output.RtmpServer;
import io.sluice.gateway.threads.BlockingPool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;

/**
 * Finds out whether an RTMP server answers, with one connection and 1.5 kB each way instead of an FFmpeg. Thread-safe.
 *
 * <p>What it sends has nothing secret in it, so it does not verify the server: whether its certificate is trusted is
 * FFmpeg's to judge, which then says why.
 */
final class RtmpProbe implements Function<RtmpServer, Mono<Boolean>>, AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** A server with several addresses is reached if any of them answers; they are tried one after the other. */
    private static final int MAX_ADDRESSES = 4;

    private static final Duration NEXT_ADDRESS = Duration.ofMillis(250);

    private static final int RESOLVER_THREADS = 2;
    private static final int MAX_RESOLVING = 256;

    /** The resolver of the system, as FFmpeg uses it; it blocks. */
    private final BlockingPool names = new BlockingPool("sluice-names", RESOLVER_THREADS, MAX_RESOLVING);

    private final Duration timeout;
    private volatile @Nullable SslContext tls;

    RtmpProbe() {
        this(TIMEOUT);
    }

    /**
     * Creates a probe with another patience.
     *
     * @param timeout how long a name may take to be resolved, and then a server to answer
     */
    RtmpProbe(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Asks a server when subscribed to.
     *
     * @param server the server
     * @return whether it answered a handshake within three seconds of its address being known, on any thread; never an
     *     error
     */
    @Override
    public Mono<Boolean> apply(RtmpServer server) {
        return names.call(() -> connectors(server))
                .timeout(timeout)
                .flatMap(connectors -> anyOf(connectors).timeout(timeout, Mono.just(false)))
                .onErrorReturn(false);
    }

    /** One for each address. Blocks. */
    private List<Mono<Boolean>> connectors(RtmpServer server) throws IOException {
        SslContext encryption = server.secure() ? tls() : null;
        return Arrays.stream(InetAddress.getAllByName(server.host()))
                .limit(MAX_ADDRESSES)
                .map(address -> ask(server, address, encryption))
                .toList();
    }

    private static Mono<Boolean> anyOf(List<Mono<Boolean>> connectors) {
        return Flux.range(0, connectors.size())
                .flatMap(i -> i == 0
                        ? connectors.get(0)
                        : Mono.delay(NEXT_ADDRESS.multipliedBy(i)).then(connectors.get(i)))
                .any(answers -> answers);
    }

    private static Mono<Boolean> ask(RtmpServer server, InetAddress address, @Nullable SslContext encryption) {
        return Mono.create(sink -> {
            EventLoopGroup loops = TcpResources.get().onClient(LoopResources.DEFAULT_NATIVE);
            ChannelFuture connecting = new Bootstrap()
                    .group(loops)
                    .channel(TcpResources.get().onChannelClass(SocketChannel.class, loops))
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) TIMEOUT.toMillis())
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (encryption != null) {
                                channel.pipeline()
                                        .addLast(encryption.newHandler(channel.alloc(), server.host(), server.port()));
                            }
                            channel.pipeline().addLast(new ProbeHandshake(sink::success));
                        }
                    })
                    .connect(new InetSocketAddress(address, server.port()));
            connecting.addListener(connected -> {
                if (!connected.isSuccess()) {
                    sink.success(false);
                }
            });
            // Not when it has answered: then the handshake ends in order.
            sink.onCancel(() -> connecting.channel().close());
        });
    }

    /** Blocks for some hundred milliseconds the first time. */
    private SslContext tls() throws IOException {
        SslContext known = tls;
        if (known == null) {
            known = SslContextBuilder.forClient()
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .build();
            tls = known;
        }
        return known;
    }

    /** Ends the resolver's threads. Probes that go on end within their time. */
    @Override
    public void close() {
        names.dispose();
    }
}
