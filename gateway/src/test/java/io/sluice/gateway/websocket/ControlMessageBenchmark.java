package io.sluice.gateway.websocket;

import io.sluice.gateway.Microbenchmark;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Progress;
import io.sluice.protocol.Result;
import org.openjdk.jmh.annotations.Benchmark;

/** The cost of control messages: one progress message per second, and one open per stream. */
public class ControlMessageBenchmark extends Microbenchmark {

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
    public Result<ClientMessage> open() {
        return codec.decode(open);
    }
}
