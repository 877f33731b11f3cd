package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.cli.config.FormerName;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.delivery.OutputRules;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options of what happens when an output fails or is too slow. */
@OptionGroup("Outputs")
final class OutputRuleOptions {

    private static final long MIN_REPLAY_BYTES = 64 * 1_024;
    private static final long MAX_REPLAY_BYTES = 64 * 1_024 * 1_024;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Reloadable
    @Option(
            names = "--require-outputs",
            paramLabel = "any|all",
            defaultValue = "any",
            converter = RequireConverter.class,
            description = "End the stream when its last output has failed for good (any), or its first (all) "
                    + "(default: ${DEFAULT-VALUE}).")
    private OutputRules.Require require = OutputRules.Require.ANY;

    @Reloadable
    @FormerName("stall-timeout")
    @Option(
            names = "--output-stall",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "Restart an output whose FFmpeg accepts no queued media for this long "
                    + "(default: ${DEFAULT-VALUE}).")
    private Duration stall = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--output-patience",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = DurationConverter.OrZero.class,
            description = "Give up an output that has been away for this long; 0s gives it up when it first fails "
                    + "(default: ${DEFAULT-VALUE}).")
    private Duration patience = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--max-delay",
            paramLabel = "TIME",
            defaultValue = "4s",
            converter = DurationConverter.OrZero.class,
            description = "Skip to the newest key frame for an output that is later than this; 0s slows down the "
                    + "client instead (default: ${DEFAULT-VALUE}).")
    private Duration maxDelay = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--replay-bytes",
            paramLabel = "SIZE",
            defaultValue = "2M",
            converter = SizeConverter.class,
            description = "Delivered media kept per stream for outputs that start again (default: ${DEFAULT-VALUE}).")
    private long replayBytes;

    @Option(
            names = "--replay-memory",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The same for all streams together (default: a quarter of the direct memory).")
    private @Nullable Long replayMemory;

    @Reloadable
    @Option(
            names = "--lag-timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "End the stream when media leads to no output, or FFmpeg runs at less than half speed, for "
                    + "this long (default: ${DEFAULT-VALUE}).")
    private Duration lagTimeout = Duration.ZERO;

    @Reloadable
    @Option(
            names = "--max-timestamp-gap",
            paramLabel = "TIME",
            defaultValue = "60s",
            description =
                    "End the stream when gaps in an encoded track's timestamps exceed the elapsed time by this much "
                            + "(default: ${DEFAULT-VALUE}).")
    private Duration maxTimestampGap = Duration.ZERO;

    void check(InvalidOptions errors) {
        errors.addIf(
                replayBytes < MIN_REPLAY_BYTES,
                mixee,
                "--replay-bytes",
                replayBytes + " is too small; the minimum is 64K");
        errors.addIf(
                replayBytes > MAX_REPLAY_BYTES,
                mixee,
                "--replay-bytes",
                replayBytes + " is too large; the maximum is 64M");
    }

    void applyTo(GatewayBuilder builder) {
        if (replayMemory != null) {
            builder.replayMemory(replayMemory);
        }
    }

    OutputRules rules() {
        return new OutputRules(stall, patience, lagTimeout, maxTimestampGap, require);
    }

    Duration maxDelay() {
        return maxDelay;
    }

    int replayBytes() {
        return (int) replayBytes;
    }

    /** Reads which outputs a stream needs. */
    static final class RequireConverter implements ITypeConverter<OutputRules.Require> {

        @Override
        public OutputRules.Require convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "any" -> OutputRules.Require.ANY;
                case "all" -> OutputRules.Require.ALL;
                default -> throw new TypeConversionException("'" + value + "' is neither any nor all");
            };
        }
    }
}
