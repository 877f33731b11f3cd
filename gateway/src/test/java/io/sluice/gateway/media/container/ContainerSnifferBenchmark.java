package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.Microbenchmark;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The cost of determining a browser's format, and of the calls with the pieces that follow. */
public class ContainerSnifferBenchmark extends Microbenchmark {

    private static final int HEADER_BYTES = 4_096;

    @Param({"webm-vp8-opus.webm", "webm-h264-opus.webm", "mp4-avc1-opus.mp4"})
    private String recording = "";

    private ByteBuf start = Unpooled.EMPTY_BUFFER;
    private final ContainerSniffer decided = new ContainerSniffer();

    @Setup
    public void read() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ContainerSniffer.class.getResourceAsStream("/fixtures/" + recording))) {
            start = Unpooled.directBuffer(HEADER_BYTES).writeBytes(in.readNBytes(HEADER_BYTES));
        }
        decided.accept(start).orElseThrow().orElseThrow();
    }

    @Benchmark
    public Optional<Result<MediaFormat>> header() {
        return new ContainerSniffer().accept(start);
    }

    @Benchmark
    public Optional<Result<MediaFormat>> byteByByte() {
        ContainerSniffer sniffer = new ContainerSniffer();
        Optional<Result<MediaFormat>> result = Optional.empty();
        for (int at = 0; result.isEmpty(); at++) {
            result = sniffer.accept(start.slice(at, 1));
        }
        return result;
    }

    @Benchmark
    public Optional<Result<MediaFormat>> afterTheHeader() {
        return decided.accept(start);
    }
}
