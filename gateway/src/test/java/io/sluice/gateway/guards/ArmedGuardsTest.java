package io.sluice.gateway.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.io.FileInputStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.blockhound.BlockingOperationError;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** A guard that is not armed guards nothing, and nobody would notice: so each is given what it must catch. */
class ArmedGuardsTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    static Stream<EventLoopGroup> eventLoops() {
        return Stream.of(
                // As GatewayServer makes them, with and without native transport, and as the tests do.
                LoopResources.create("sluice-loop", 1, false).onServer(true),
                LoopResources.create("sluice-nio", 1, false).onServer(false),
                new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()),
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
    }

    @ParameterizedTest
    @MethodSource("eventLoops")
    void whoBlocksAnEventLoopIsCaught(EventLoopGroup group) {
        EventLoop loop = group.next();
        assertThatThrownBy(() -> on(loop, () -> {
                    Thread.sleep(1);
                    return true;
                }))
                .hasRootCauseInstanceOf(BlockingOperationError.class);
        assertThatThrownBy(() -> on(loop, () -> new FileInputStream("pom.xml").readAllBytes()))
                .hasRootCauseInstanceOf(BlockingOperationError.class);
        assertThatThrownBy(() -> on(loop, () -> new ProcessBuilder("/bin/true").start()))
                .hasRootCauseInstanceOf(BlockingOperationError.class);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void on(EventLoop loop, Callable<?> task) throws Exception {
        loop.submit(task).get(10, TimeUnit.SECONDS);
    }

    @Test
    void whoKeepsABufferIsCaughtAndNamed() {
        assertThat(ResourceLeakDetectorFactory.instance().newResourceLeakDetector(ByteBuf.class, 1))
                .as("the class that -Dio.netty.customResourceLeakDetector names")
                .isInstanceOf(LeakPresenceDetector.class);
        ByteBuf kept = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        assertThatThrownBy(() -> NoBufferLeaks.check(SHORT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("memory leak");
        kept.release();
        settle();
    }

    @Test
    void whoKeepsASliceOfABufferIsCaughtToo() {
        ByteBuf whole = PooledByteBufAllocator.DEFAULT.heapBuffer(16).writeZero(16);
        ByteBuf slice = whole.readRetainedSlice(4);
        whole.release();
        assertThatThrownBy(() -> NoBufferLeaks.check(SHORT)).isInstanceOf(IllegalStateException.class);
        slice.release();
        settle();
    }

    @Test
    void whoReleasesALittleLaterIsNotBlamed() {
        ByteBuf passing = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        Schedulers.parallel().schedule(passing::release, SHORT.toMillis(), TimeUnit.MILLISECONDS);
        NoBufferLeaks.check(Duration.ofSeconds(10));
    }

    /**
     * The detector has counted the leak as gone when it told of it, so its release is one too many for it; it forgets
     * that too.
     */
    private static void settle() {
        assertThatThrownBy(LeakPresenceDetector::check).hasMessageContaining("negative");
        NoBufferLeaks.check(SHORT);
    }
}
