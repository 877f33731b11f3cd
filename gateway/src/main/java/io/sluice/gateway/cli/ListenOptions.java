package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.server.TlsFiles;
import io.sluice.gateway.server.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of the publishers' listener. */
@OptionGroup("Listening")
final class ListenOptions {

    static final int MAX_PORT = 65_535;

    private static final String TOO_SMALL = " is too small; the minimum is 1";

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--host",
            defaultValue = "localhost",
            paramLabel = "HOST",
            description = "Address to listen on; 0.0.0.0 for all (default: ${DEFAULT-VALUE}).")
    private String host = "";

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "PORT",
            description = "Port to listen on; 0 for any free port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Reloadable(replaceOnly = true)
    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Use TLS with this certificate chain (PEM). Renewed files are picked up.")
    private @Nullable Path tlsCert;

    @Reloadable(replaceOnly = true)
    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Private key of the certificate (PEM, PKCS #8, unencrypted).")
    private @Nullable Path tlsKey;

    @Option(
            names = "--max-handshake-rate",
            paramLabel = "COUNT",
            defaultValue = "200",
            description = "TLS handshakes per second; burst: ten times as many (default: ${DEFAULT-VALUE}).")
    private int maxHandshakeRate;

    @Option(
            names = "--max-handshake-rate-per-address",
            paramLabel = "COUNT",
            defaultValue = "10",
            description = "TLS handshakes per second and client address; trusted proxies are exempt; "
                    + "burst: ten times as many (default: ${DEFAULT-VALUE}).")
    private int maxHandshakeRatePerAddress;

    @Option(
            names = "--hsts-max-age",
            paramLabel = "TIME",
            defaultValue = "720h",
            converter = DurationConverter.OrZero.class,
            description = "With TLS, how long browsers remember to use https only for this host; 0 to not ask them "
                    + "(default: ${DEFAULT-VALUE}).")
    private Duration hstsMaxAge = Duration.ZERO;

    static boolean isPort(int number) {
        return number >= 0 && number <= MAX_PORT;
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    void check(InvalidOptions errors) {
        errors.addIf(
                new InetSocketAddress(host, 0).isUnresolved(),
                mixee,
                "--host",
                "the name '" + host + "' cannot be resolved");
        errors.addIf(!isPort(port), mixee, "--port", port + " is not between 0 and " + MAX_PORT);
        errors.addIf(maxHandshakeRate < 1, mixee, "--max-handshake-rate", maxHandshakeRate + TOO_SMALL);
        errors.addIf(
                maxHandshakeRatePerAddress < 1,
                mixee,
                "--max-handshake-rate-per-address",
                maxHandshakeRatePerAddress + TOO_SMALL);
        errors.addUnlessBoth(mixee, "--tls-cert", tlsCert != null, "--tls-key", tlsKey != null);
    }

    /** Reads the certificate. Null without TLS, and after an error. Blocks; creates loggers. */
    @Nullable
    TlsFiles tls(InvalidOptions errors) {
        Path certificate = tlsCert;
        Path key = tlsKey;
        if (certificate == null || key == null) {
            return null;
        }
        return errors.collect(() -> {
            try {
                return new TlsFiles(
                        certificate, key, new TlsSettings(maxHandshakeRate, maxHandshakeRatePerAddress, hstsMaxAge));
            } catch (IOException e) {
                throw InvalidOption.because(mixee, "--tls-cert", e);
            }
        });
    }
}
