package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Eight bytes at a time beside four, as Netty does, and beside a view that spares the buffer's own checks at each call. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class UnmaskingBenchmark {

    private static final int MASK = 0x37fa213d;

    /** Bytes: a slice of sound, and what a socket gives at a time. */
    @Param({"1024", "65536"})
    private int length;

    private ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(1);

    @Setup
    public void allocate() {
        buffer.release();
        buffer = PooledByteBufAllocator.DEFAULT.directBuffer(length).writeZero(length);
    }

    @TearDown
    public void release() {
        buffer.release();
    }

    @Benchmark
    public void eightBytes() {
        Unmasking.unmask(buffer, 0, length, MASK);
    }

    @Benchmark
    public void eightBytesOfAView() {
        ByteBuffer view = buffer.internalNioBuffer(0, length);
        long twice = (long) MASK << Integer.SIZE | MASK;
        int end = view.limit();
        for (int at = view.position(); at < end; at += Long.BYTES) {
            view.putLong(at, view.getLong(at) ^ twice);
        }
    }

    @Benchmark
    public void fourBytes() {
        for (int at = 0; at < length; at += Integer.BYTES) {
            buffer.setInt(at, buffer.getInt(at) ^ MASK);
        }
    }
}
