package io.sluice.gateway.websocket;

import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Parsed;
import io.sluice.protocol.Progress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A client is told how its stream does once a second, and opens it once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ControlMessageBenchmark {

    private final ControlCodec codec = new ControlCodec();
    private final String open =
            "{\"type\":\"open\",\"progressIntervalMs\":1000,\"offers\":[\"video/webm;codecs=\\\"vp8,opus\\\"\","
                    + "\"video/mp4;codecs=\\\"avc1.42E01F,mp4a.40.2\\\"\"]}";
    private long acceptedBytes;

    @Benchmark
    public String progress() {
        acceptedBytes += 78_125;
        return codec.encode(new Progress(acceptedBytes, 0, acceptedBytes >> 8, 30, 2_500_000, 1, 0));
    }

    @Benchmark
    public Parsed<ClientMessage> open() {
        return codec.decode(open);
    }
}
