package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.admission.StreamLimits;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.server.ConnectionLimits;
import io.sluice.gateway.session.SessionLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The part of the command line that says how long things may take, and how much a client may send. */
final class LimitOptions {

    private static final int MIN_MESSAGE_BYTES = 1_024;
    private static final int MIN_BITS_PER_SECOND = 100_000;

    /** A slice of a browser's recorder, key frame and all, comes in one piece at any rate. */
    private static final int MIN_BURST_BYTES = 1_048_576;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--handshake-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "From a connection to its complete HTTP request (default: ${DEFAULT-VALUE}).")
    private Duration handshakeTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--open-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "From the upgrade to the open message (default: ${DEFAULT-VALUE}).")
    private Duration openTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--media-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long a live client may send nothing (default: ${DEFAULT-VALUE}).")
    private Duration mediaTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--stall-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long FFmpeg may take nothing while media waits (default: ${DEFAULT-VALUE}).")
    private Duration stallTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--finish-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "From the end of the media to FFmpeg's own end (default: ${DEFAULT-VALUE}).")
    private Duration finishTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--max-duration",
            paramLabel = "TIME",
            description = "How long a stream may be live (default: for ever).")
    private @Nullable Duration maxDuration;

    @Reloadable
    @Option(
            names = "--max-message-bytes",
            paramLabel = "BYTES",
            defaultValue = "8388608",
            description = "The largest WebSocket message (default: ${DEFAULT-VALUE}).")
    private int maxMessageBytes;

    @Reloadable
    @Option(
            names = "--max-bits-per-second",
            paramLabel = "BITS",
            defaultValue = "10000000",
            description =
                    "What clients are told to stay below; a quarter more is let pass (default: ${DEFAULT-VALUE}).")
    private long maxBitsPerSecond;

    @Reloadable
    @Option(
            names = "--max-burst-bytes",
            paramLabel = "BYTES",
            defaultValue = "134217728",
            description = "How much media may come at once above that (default: ${DEFAULT-VALUE}).")
    private long maxBurstBytes;

    @Reloadable
    @Option(
            names = "--max-message-rate",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "WebSocket frames of a stream each second; five times as many at once "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxMessageRate;

    @Reloadable
    @Option(
            names = "--max-control-rate",
            paramLabel = "COUNT",
            defaultValue = "10",
            description = "Text messages of a stream each second; five times as many at once "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxControlRate;

    @Reloadable
    @Option(
            names = "--max-ping-rate",
            paramLabel = "COUNT",
            defaultValue = "50",
            description = "Pings and pongs of a stream each second; five times as many at once "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxPingRate;

    @Option(
            names = "--max-connections",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "Connections at once, streams and all others (default: ${DEFAULT-VALUE}).")
    private int maxConnections;

    @Reloadable
    @Option(
            names = "--max-streams",
            paramLabel = "COUNT",
            description = "Streams at once (default: as many as the machine carries).")
    private @Nullable Integer maxStreams;

    @Reloadable
    @Option(
            names = "--max-streams-per-address",
            paramLabel = "COUNT",
            defaultValue = "32",
            description = "Streams at once of one address, but those of this machine (default: ${DEFAULT-VALUE}).")
    private int maxStreamsPerAddress;

    @Reloadable
    @Option(
            names = "--max-starts",
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "Streams that may begin each second; ten times as many at once (default: ${DEFAULT-VALUE}).")
    private int maxStarts;

    @Reloadable
    @Option(
            names = "--max-starts-per-address",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "The same of one address, but those of this machine (default: ${DEFAULT-VALUE}).")
    private int maxStartsPerAddress;

    @Reloadable
    @Option(
            names = "--max-starts-per-key",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "The same of one stream key (default: ${DEFAULT-VALUE}).")
    private int maxStartsPerKey;

    @Reloadable
    @Option(
            names = "--max-cpu",
            paramLabel = "PERCENT",
            defaultValue = "150",
            description = "What streams may be expected to use of all processors together (default: ${DEFAULT-VALUE}).")
    private int maxCpu;

    @Reloadable
    @Option(
            names = "--min-free-memory",
            paramLabel = "BYTES",
            defaultValue = "134217728",
            description = "What must be left of the memory when a stream begins (default: ${DEFAULT-VALUE}).")
    private long minFreeMemory;

    /** Adds what is wrong with values that could be read. */
    void check(InvalidOptions wrong) {
        atLeast(wrong, MIN_MESSAGE_BYTES, "--max-message-bytes", maxMessageBytes);
        atLeast(wrong, MIN_BITS_PER_SECOND, "--max-bits-per-second", maxBitsPerSecond);
        atLeast(wrong, MIN_BURST_BYTES, "--max-burst-bytes", maxBurstBytes);
        atLeast(wrong, 1, "--max-message-rate", maxMessageRate);
        atLeast(wrong, 1, "--max-control-rate", maxControlRate);
        atLeast(wrong, 1, "--max-ping-rate", maxPingRate);
        atLeast(wrong, 1, "--max-connections", maxConnections);
        atLeast(wrong, 1, "--max-streams", maxStreams == null ? Integer.MAX_VALUE : maxStreams);
        atLeast(wrong, 1, "--max-streams-per-address", maxStreamsPerAddress);
        atLeast(wrong, 1, "--max-starts", maxStarts);
        atLeast(wrong, 1, "--max-starts-per-address", maxStartsPerAddress);
        atLeast(wrong, 1, "--max-starts-per-key", maxStartsPerKey);
        atLeast(wrong, 1, "--max-cpu", maxCpu);
        atLeast(wrong, 0, "--min-free-memory", minFreeMemory);
    }

    private void atLeast(InvalidOptions wrong, long least, String option, long value) {
        wrong.when(value < least, mixee, option, "must be at least " + least);
    }

    /** For the server's connections. */
    ConnectionLimits connections() {
        return new ConnectionLimits(maxConnections, handshakeTimeout);
    }

    void applyTo(GatewayBuilder builder, Duration authorizeTimeout) {
        SessionLimits defaults = SessionLimits.defaults();
        builder.limits(new SessionLimits(
                        openTimeout,
                        authorizeTimeout,
                        mediaTimeout,
                        stallTimeout,
                        finishTimeout,
                        defaults.lowWaterBytes(),
                        defaults.highWaterBytes(),
                        maxMessageBytes,
                        maxBitsPerSecond,
                        defaults.timeslice()))
                .streamLimits(new StreamLimits(maxBurstBytes, maxMessageRate, maxControlRate, maxPingRate, maxDuration))
                .admissionLimits(new AdmissionLimits(
                        maxStreams, maxStreamsPerAddress, maxStarts, maxStartsPerAddress, maxStartsPerKey))
                .loadLimits(new LoadLimits(maxCpu, minFreeMemory));
    }
}
