package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.cli.config.FormerName;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.server.ConnectionLimits;
import io.sluice.gateway.session.SessionLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The timeouts, the limits of each client, and the limits of all streams together. */
@OptionGroup("Limits")
final class LimitOptions {

    private static final int MIN_MESSAGE_BYTES = 1_024;
    private static final int MAX_MESSAGE_BYTES = 1_073_741_824;
    private static final int MIN_BITS_PER_SECOND = 100_000;

    /** A slice of a browser's recorder, key frame included, arrives in one piece at any bit rate. */
    private static final int MIN_BURST_BYTES = 1_048_576;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @FormerName("handshake-timeout")
    @Option(
            names = "--request-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Maximum time from connecting to the complete HTTP request (default: ${DEFAULT-VALUE}).")
    private Duration requestTimeout = Duration.ZERO;

    @Option(
            names = "--write-timeout",
            paramLabel = "TIME",
            defaultValue = "20s",
            description = "Disconnect a client that reads less than 1 KiB of its answer per second for this long "
                    + "(default: ${DEFAULT-VALUE}).")
    private Duration writeTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--open-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Maximum time from the upgrade to the open message (default: ${DEFAULT-VALUE}).")
    private Duration openTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--media-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "End the stream when no media arrives for this long (default: ${DEFAULT-VALUE}).")
    private Duration mediaTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--finish-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Maximum time from the end of the media to FFmpeg's exit (default: ${DEFAULT-VALUE}).")
    private Duration finishTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--resume-window",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.OrZero.class,
            description = "Keep the stream this long for a client that has lost its connection and can resume; 0: end "
                    + "it at once (default: ${DEFAULT-VALUE}).")
    private Duration resumeWindow = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--max-duration",
            paramLabel = "TIME",
            description = "Maximum duration of a stream, such as 12h (default: unlimited).")
    private @Nullable Duration maxDuration;

    @Reloadable
    @Option(
            names = "--max-message-bytes",
            paramLabel = "SIZE",
            defaultValue = "8M",
            converter = SizeConverter.class,
            description = "Maximum size of a WebSocket frame of media (default: ${DEFAULT-VALUE}).")
    private long maxMessageBytes;

    @Reloadable
    @Option(
            names = "--max-bits-per-second",
            paramLabel = "RATE",
            defaultValue = "10M",
            converter = BitRateConverter.class,
            description = "Bit rate limit that clients are sent; enforced plus a quarter (default: ${DEFAULT-VALUE}).")
    private long maxBitsPerSecond;

    @Reloadable
    @Option(
            names = "--max-burst-bytes",
            paramLabel = "SIZE",
            defaultValue = "128M",
            converter = SizeConverter.class,
            description = "Media allowed in a burst above the bit rate limit (default: ${DEFAULT-VALUE}).")
    private long maxBurstBytes;

    @Reloadable
    @FormerName("max-message-rate")
    @Option(
            names = "--max-frame-rate",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "WebSocket frames of media per second and stream; burst: five times as many "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxFrameRate;

    @Reloadable
    @Option(
            names = "--max-control-rate",
            paramLabel = "COUNT",
            defaultValue = "10",
            description =
                    "Text messages per second and stream; burst: five times as many " + "(default: ${DEFAULT-VALUE}).")
    private int maxControlRate;

    @Reloadable
    @Option(
            names = "--max-ping-rate",
            paramLabel = "COUNT",
            defaultValue = "50",
            description = "Pings and pongs per second and stream; burst: five times as many "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxPingRate;

    @Option(
            names = "--max-connections",
            paramLabel = "COUNT",
            defaultValue = "20000",
            description = "Maximum concurrent connections, streams included (default: ${DEFAULT-VALUE}).")
    private int maxConnections;

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "COUNT",
            defaultValue = "256",
            description = "Maximum concurrent connections per client address; loopback and trusted proxies are exempt "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxConnectionsPerAddress;

    @Reloadable
    @Option(
            names = "--max-streams",
            paramLabel = "COUNT",
            description = "Maximum concurrent streams (default: as many as the host has capacity for).")
    private @Nullable Integer maxStreams;

    @Reloadable
    @Option(
            names = "--max-streams-per-address",
            paramLabel = "COUNT",
            defaultValue = "32",
            description = "Maximum concurrent streams per client address; loopback is exempt "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxStreamsPerAddress;

    @Reloadable
    @FormerName("max-starts")
    @Option(
            names = "--max-start-rate",
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "Stream starts per second; burst: ten times as many (default: ${DEFAULT-VALUE}).")
    private int maxStartRate;

    @Reloadable
    @FormerName("max-starts-per-address")
    @Option(
            names = "--max-start-rate-per-address",
            paramLabel = "COUNT",
            defaultValue = "5",
            description =
                    "Stream starts per second and client address; loopback is exempt " + "(default: ${DEFAULT-VALUE}).")
    private int maxStartRatePerAddress;

    @Reloadable
    @FormerName("max-starts-per-key")
    @Option(
            names = "--max-start-rate-per-key",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "Stream starts per second and stream key (default: ${DEFAULT-VALUE}).")
    private int maxStartRatePerKey;

    @Reloadable
    @FormerName("max-cpu")
    @Option(
            names = "--max-cpu-percent",
            paramLabel = "PERCENT",
            defaultValue = "150",
            description = "Maximum expected CPU usage of all streams, in percent of all processors "
                    + "(default: ${DEFAULT-VALUE}).")
    private int maxCpuPercent;

    @Reloadable
    @Option(
            names = "--min-free-memory",
            paramLabel = "SIZE",
            defaultValue = "128M",
            converter = SizeConverter.class,
            description = "Memory that must remain free when a stream starts (default: ${DEFAULT-VALUE}).")
    private long minFreeMemory;

    void check(InvalidOptions errors) {
        atLeast(errors, MIN_MESSAGE_BYTES, "--max-message-bytes", maxMessageBytes);
        errors.addIf(
                maxMessageBytes > MAX_MESSAGE_BYTES,
                mixee,
                "--max-message-bytes",
                maxMessageBytes + " is too large; the maximum is 1G");
        atLeast(errors, MIN_BITS_PER_SECOND, "--max-bits-per-second", maxBitsPerSecond);
        atLeast(errors, MIN_BURST_BYTES, "--max-burst-bytes", maxBurstBytes);
        atLeast(errors, 1, "--max-frame-rate", maxFrameRate);
        atLeast(errors, 1, "--max-control-rate", maxControlRate);
        atLeast(errors, 1, "--max-ping-rate", maxPingRate);
        atLeast(errors, 1, "--max-connections", maxConnections);
        atLeast(errors, 1, "--max-connections-per-address", maxConnectionsPerAddress);
        atLeast(errors, 1, "--max-streams", maxStreams == null ? Integer.MAX_VALUE : maxStreams);
        atLeast(errors, 1, "--max-streams-per-address", maxStreamsPerAddress);
        atLeast(errors, 1, "--max-start-rate", maxStartRate);
        atLeast(errors, 1, "--max-start-rate-per-address", maxStartRatePerAddress);
        atLeast(errors, 1, "--max-start-rate-per-key", maxStartRatePerKey);
        atLeast(errors, 1, "--max-cpu-percent", maxCpuPercent);
    }

    private void atLeast(InvalidOptions errors, long minimum, String option, long value) {
        errors.addIf(value < minimum, mixee, option, value + " is too small; the minimum is " + minimum);
    }

    ConnectionLimits connections() {
        return new ConnectionLimits(maxConnections, maxConnectionsPerAddress, requestTimeout, writeTimeout);
    }

    void applyTo(GatewayBuilder builder, Duration authorizeTimeout, OutputRuleOptions outputs) {
        SessionLimits.Buffers buffers = SessionLimits.Buffers.defaults();
        builder.limits(new SessionLimits(
                        new SessionLimits.Timeouts(
                                openTimeout, authorizeTimeout, mediaTimeout, finishTimeout, resumeWindow, maxDuration),
                        new SessionLimits.Rates(
                                maxBitsPerSecond, maxBurstBytes, maxFrameRate, maxControlRate, maxPingRate),
                        new SessionLimits.Buffers(
                                buffers.lowWaterBytes(),
                                buffers.highWaterBytes(),
                                (int) maxMessageBytes,
                                outputs.replayBytes(),
                                outputs.maxDelay()),
                        outputs.rules(),
                        SessionLimits.defaults().timeslice()))
                .admissionLimits(new AdmissionLimits(
                        maxStreams, maxStreamsPerAddress, maxStartRate, maxStartRatePerAddress, maxStartRatePerKey))
                .loadLimits(new LoadLimits(maxCpuPercent, minFreeMemory));
    }
}
