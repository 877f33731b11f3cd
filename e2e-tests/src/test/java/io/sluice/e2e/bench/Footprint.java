package io.sluice.e2e.bench;

import io.sluice.e2e.harness.ProcFacts;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.stream.Stream;

/** A process with all that it has started. */
record Footprint(Process root) {

    /** Of those that are alive: what an ended child took is not in it. */
    Duration processorTime() {
        return everybody().map(Footprint::processorTime).reduce(Duration.ZERO, Duration::plus);
    }

    private Stream<ProcessHandle> everybody() {
        return Stream.concat(Stream.of(root.toHandle()), root.descendants());
    }

    private static Duration processorTime(ProcessHandle process) {
        try {
            return new ProcFacts(process.pid()).processorTime();
        } catch (UncheckedIOException e) {
            return Duration.ZERO; // It has ended since it was listed.
        }
    }
}
