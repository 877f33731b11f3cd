package io.sluice.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.session.SessionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.LoopResources;

/**
 * A real gateway, mounted under a prefix into a real server with one event loop, which all its streams share unless a
 * test asks for more.
 */
public final class GatewayStage implements AutoCloseable {

    /** Where the gateway is mounted. */
    public static final String PREFIX = "/studio";

    /** The time limit for events that must happen eventually. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<SessionEvent> events = new CopyOnWriteArrayList<>();
    private final LoopResources loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Gateway gateway;
    private final DisposableServer server;

    private GatewayStage(
            boolean preferNative, ByteBufAllocator allocator, int eventLoops, UnaryOperator<GatewayBuilder> setUp) {
        loops = LoopResources.create("stage", eventLoops, true);
        gateway = Objects.requireNonNull(
                setUp.apply(Gateway.builder().listener(events::add)).start().block(PATIENCE));
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(loops, preferNative)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .doOnConnection(connection -> connections.add(connection.channel()))
                .route(routes -> gateway.mount(routes, PREFIX))
                .bindNow(PATIENCE);
    }

    /** A gateway with previews, unless configured otherwise. */
    public static GatewayStage start(UnaryOperator<GatewayBuilder> setUp) {
        return new GatewayStage(true, ByteBufAllocator.DEFAULT, 1, setUp);
    }

    /** The same with connections that allocate their buffers here, so that a test can count them. */
    public static GatewayStage start(ByteBufAllocator allocator, UnaryOperator<GatewayBuilder> setUp) {
        return new GatewayStage(true, allocator, 1, setUp);
    }

    /** The same with several event loops, so that connections of one stream can be on different ones. */
    public static GatewayStage start(int eventLoops, UnaryOperator<GatewayBuilder> setUp) {
        return new GatewayStage(true, ByteBufAllocator.DEFAULT, eventLoops, setUp);
    }

    /** The same on Netty's NIO transport. */
    public static GatewayStage startOnNio() {
        return new GatewayStage(false, ByteBufAllocator.DEFAULT, 1, builder -> builder);
    }

    public int port() {
        return server.port();
    }

    public Gateway gateway() {
        return gateway;
    }

    /** As the command-line program does, on a separate server. */
    public void mountAdmin(HttpServerRoutes routes, String prefix, AdminAccess access, Supplier<String> metrics) {
        gateway.mountAdmin(routes, prefix, access, metrics);
    }

    public List<SessionEvent> events() {
        return events;
    }

    /** Waits until the only stream has ended. */
    public SessionEvent.Ended awaitEnded() {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> events.stream()
                                .filter(SessionEvent.Ended.class::isInstance)
                                .map(SessionEvent.Ended.class::cast)
                                .toList(),
                        ended -> ended.size() == 1)
                .get(0);
    }

    public static byte[] recording(String name) {
        try {
            return Files.readAllBytes(Path.of("src/test/resources/fixtures", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        gateway.close().block(PATIENCE);
        server.disposeNow(PATIENCE);
        // A loop that stops before its connections leaves partly read buffers, which is not a leak of the gateway.
        connections.close().awaitUninterruptibly(PATIENCE.toMillis());
        loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
    }
}
