package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The most memory that any of a gateway's FFmpegs has had, looked at every few milliseconds while they live. */
public final class PeakMemory implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final AtomicLong peakBytes = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;

    private PeakMemory(GatewayProcess gateway) {
        thread = new Thread(() -> watch(gateway), "peak-memory");
        thread.setDaemon(true);
        thread.start();
    }

    public static PeakMemory ofChildrenOf(GatewayProcess gateway) {
        return new PeakMemory(gateway);
    }

    public long bytes() {
        return peakBytes.get();
    }

    private void watch(GatewayProcess gateway) {
        while (!closed.get()) {
            for (ProcessHandle child : gateway.children()) {
                if (!isStillTheGateway(child, gateway)) {
                    peakBytes.accumulateAndGet(peakOf(child), Math::max);
                }
            }
            try {
                Thread.sleep(INTERVAL.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Until it becomes another program, a new process shares the memory of the one that started it. */
    private static boolean isStillTheGateway(ProcessHandle child, GatewayProcess gateway) {
        try {
            return program(child.pid()).equals(program(gateway.pid()));
        } catch (IOException e) {
            return true; // Gone since it was listed.
        }
    }

    private static Path program(long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "exe"));
    }

    private static long peakOf(ProcessHandle process) {
        try {
            return new ProcFacts(process.pid()).peakResidentBytes();
        } catch (UncheckedIOException | AssertionError e) {
            return 0; // Gone since it was listed.
        }
    }

    @Override
    public void close() throws IOException {
        closed.set(true);
        thread.interrupt();
    }
}
