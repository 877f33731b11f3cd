package io.sluice.gateway.cli;

import io.sluice.gateway.admin.TokenFile;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.server.AdminListener;
import io.sluice.gateway.server.PrometheusMeters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The part of the command line that says where an operator gets in. */
final class AdminOptions {

    private static final int MAX_PORT = 65_535;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Listen on this port for operators: which streams there are, their end, and metrics; "
                    + "0 for any that is free. Needs --admin-token-file (default: nobody listens).")
    private @Nullable Integer port;

    @Option(
            names = "--admin-host",
            defaultValue = "localhost",
            paramLabel = "HOST",
            description = "Address to listen on for operators (default: ${DEFAULT-VALUE}).")
    private String host = "";

    @Option(
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "The tokens that operators show, one to a line. Changes hold at once.")
    private @Nullable Path tokenFile;

    /** Adds what is wrong with values that could be read. */
    void check(InvalidOptions wrong) {
        wrong.when(
                port != null && (port < 0 || port > MAX_PORT),
                mixee,
                "--admin-port",
                port + " is not between 0 and " + MAX_PORT);
        wrong.when(
                (port == null) != (tokenFile == null),
                mixee,
                port == null ? "--admin-token-file" : "--admin-port",
                "--admin-port and --admin-token-file need each other");
        wrong.when(
                port != null && new InetSocketAddress(host, 0).isUnresolved(),
                mixee,
                "--admin-host",
                "the name '" + host + "' cannot be resolved");
    }

    /** Reads the token file. Null if nobody is to listen, and if it cannot be read, which is added to what is wrong. */
    @Nullable
    AdminListener place(InvalidOptions wrong) {
        Integer at = port;
        Path file = tokenFile;
        if (at == null || file == null) {
            return null;
        }
        return wrong.tried(() -> {
            try {
                return new AdminListener(host, at, TokenFile.reading(file), new PrometheusMeters());
            } catch (IOException e) {
                throw InvalidOption.because(mixee, "--admin-token-file", e);
            }
        });
    }
}
