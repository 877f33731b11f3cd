package io.sluice.gateway.cli;

import io.sluice.gateway.admin.TokenFile;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.server.AdminListener;
import io.sluice.gateway.server.PrometheusMeters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of the admin API. */
@OptionGroup("Admin API and metrics")
final class AdminOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Port of the admin API, which lists and ends streams and serves metrics; "
                    + "0 for any free port. Needs --admin-token-file (default: no admin API).")
    private @Nullable Integer port;

    @Option(
            names = "--admin-host",
            defaultValue = "localhost",
            paramLabel = "HOST",
            description = "Address that the admin API listens on (default: ${DEFAULT-VALUE}).")
    private String host = "";

    @Option(
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "File of operators' tokens, one per line. Changes are picked up.")
    private @Nullable Path tokenFile;

    void check(InvalidOptions errors) {
        errors.addIf(
                port != null && !ListenOptions.isPort(port),
                mixee,
                "--admin-port",
                port + " is not between 0 and " + ListenOptions.MAX_PORT);
        errors.addUnlessBoth(mixee, "--admin-port", port != null, "--admin-token-file", tokenFile != null);
        errors.addIf(
                port != null && new InetSocketAddress(host, 0).isUnresolved(),
                mixee,
                "--admin-host",
                "the name '" + host + "' cannot be resolved");
    }

    /** Reads the token file. Null without an admin API, and after an error. Blocks; creates loggers. */
    @Nullable
    AdminListener listener(InvalidOptions errors) {
        Integer listenPort = port;
        Path file = tokenFile;
        if (listenPort == null || file == null) {
            return null;
        }
        return errors.collect(() -> {
            try {
                return new AdminListener(host, listenPort, TokenFile.reading(file), new PrometheusMeters());
            } catch (IOException e) {
                throw InvalidOption.because(mixee, "--admin-token-file", e);
            }
        });
    }
}
