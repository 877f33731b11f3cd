package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sluice.gateway.Microbenchmark;
import io.sluice.gateway.media.ReplayBuffer.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** The cost of a piece of media on its way to one reader that keeps up: forgotten then, and kept to be replayed. */
public class ReplayBufferBenchmark extends Microbenchmark {

    private static final int LOW = 32 * 1_024;
    private static final int HIGH = 96 * 1_024;
    private static final int REPLAY = 2 << 20;
    private static final int MAX_LAG = 8 << 20;
    private static final int GROUP_BYTES = 640 * 1_024;

    @Param({"200", "4096", "30000"})
    private int pieceBytes;

    private final ReplayBuffer buffer = new ReplayBuffer(
            ImmediateEventExecutor.INSTANCE,
            new Limits(LOW, HIGH, REPLAY, Duration.ofSeconds(4), MAX_LAG),
            new ReplayMemory(1 << 30),
            System::nanoTime,
            paused -> {});
    private final ReplayBuffer second = new ReplayBuffer(
            ImmediateEventExecutor.INSTANCE,
            new Limits(LOW, HIGH, REPLAY, Duration.ofSeconds(4), MAX_LAG),
            new ReplayMemory(1 << 30),
            System::nanoTime,
            paused -> {});
    private long nextGroup = GROUP_BYTES;

    /** Asks for the next item once it has one, as the subscriber in front of FFmpeg's standard input does. */
    private static final class OneByOne extends BaseSubscriber<ByteBuf> {

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(1);
        }

        @Override
        protected void hookOnNext(ByteBuf item) {
            item.release();
            request(1);
        }
    }

    @Setup
    public void subscribe() {
        buffer.onHeaderEnd(pieceBytes);
        buffer.readFromStart().subscribe(new OneByOne());
        second.notFollowed();
        second.readFromStart().subscribe(new OneByOne());
    }

    @TearDown
    public void release() {
        buffer.release();
        second.release();
    }

    private ByteBuf piece() {
        return ByteBufAllocator.DEFAULT
                .directBuffer(pieceBytes + pieceBytes / 2)
                .writerIndex(pieceBytes);
    }

    @Benchmark
    public long notKept() {
        second.offer(piece());
        return second.receivedBytes();
    }

    @Benchmark
    public long keptForReplay() {
        long position = buffer.receivedBytes();
        buffer.onBoundary(position, TimeUnit.NANOSECONDS.toMicros(position));
        if (position >= nextGroup) {
            nextGroup = position + GROUP_BYTES;
            buffer.onGroup(position, Duration.ofNanos(position));
        }
        buffer.offer(piece());
        return position;
    }
}
