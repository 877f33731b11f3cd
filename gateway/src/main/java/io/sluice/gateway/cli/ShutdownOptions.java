package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of the graceful shutdown. */
@Reloadable
@OptionGroup("Shutdown")
final class ShutdownOptions {

    @Option(
            names = "--drain-time",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = DurationConverter.OrZero.class,
            description = "How long live streams may continue after SIGTERM. New ones are refused; "
                    + "a second SIGTERM ends the wait (default: ${DEFAULT-VALUE}).")
    private Duration drainTime = Duration.ZERO;

    Duration drainTime() {
        return drainTime;
    }
}
