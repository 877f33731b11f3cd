package io.sluice.e2e.bench;

/**
 * What one trial gave.
 *
 * @param bytes that were sent within the measured seconds
 * @param cpuSeconds of the server's own in that time
 * @param cpuSecondsPerGb their quotient; NaN where nothing was sent
 * @param p50Micros from the making of a message until the sink had all of it
 * @param p99Micros the same
 * @param maxMicros the same
 * @param residentKib of the server at the end of the measured seconds
 * @param threads of the server then
 * @param descriptors of the server then
 * @param sentMessages from start to end
 * @param arrivedMessages at the sinks, from start to end
 * @param brokenStreams sinks that got something else than what was sent
 * @param failedConnections that were refused or broke
 * @param behindMessages that the load generator could not send in time
 */
record Figures(
        long bytes,
        double cpuSeconds,
        double cpuSecondsPerGb,
        long p50Micros,
        long p99Micros,
        long maxMicros,
        long residentKib,
        long threads,
        long descriptors,
        long sentMessages,
        long arrivedMessages,
        long brokenStreams,
        long failedConnections,
        long behindMessages) {}
