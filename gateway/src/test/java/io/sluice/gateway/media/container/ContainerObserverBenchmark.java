package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.Microbenchmark;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The cost of following a stream, per MiB of it, in pieces as a socket delivers them. */
public class ContainerObserverBenchmark extends Microbenchmark {

    private static final int PIECE_BYTES = 16_384;
    private static final int MIB = 16;

    @Param({"webm-h264-opus.webm", "mp4-avc1-opus.mp4"})
    private String recording = "";

    private final List<ByteBuf> pieces = new ArrayList<>();

    @Setup
    public void read() throws IOException {
        byte[] media;
        try (InputStream in =
                Objects.requireNonNull(ContainerObserver.class.getResourceAsStream("/fixtures/" + recording))) {
            media = in.readAllBytes();
        }
        // A recording again and again: each time a new header.
        ByteBuf bytes = Unpooled.directBuffer(MIB << 20);
        while (bytes.writableBytes() > 0) {
            bytes.writeBytes(media, 0, Math.min(media.length, bytes.writableBytes()));
        }
        while (bytes.isReadable()) {
            pieces.add(bytes.readSlice(Math.min(PIECE_BYTES, bytes.readableBytes())));
        }
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long observe() {
        Counter counter = new Counter();
        ContainerObserver observer = new ContainerObserver(counter);
        for (ByteBuf piece : pieces) {
            observer.inspect(piece);
        }
        return counter.samples;
    }

    private static final class Counter implements ContainerListener {

        private long samples;

        @Override
        public void onHeaderEnd(long position) {}

        @Override
        public void onSample(MediaTrack track, long decode, long presentation, boolean keyFrame, long position) {
            samples += keyFrame ? 2 : 1;
        }

        @Override
        public void onNewHeader(long position) {}
    }
}
