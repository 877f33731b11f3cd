package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.server.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The part of the command line that says where and how to listen. */
public final class ListenOptions {

    private static final int MAX_PORT = 65_535;

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
            description = "Port to listen on; 0 for any that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Reloadable(replaceOnly = true)
    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Listen with TLS and this certificate, in PEM, with those that it depends on behind it. "
                    + "A renewed file is picked up.")
    private @Nullable Path tlsCert;

    @Reloadable(replaceOnly = true)
    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's private key, in PEM, PKCS #8, not encrypted.")
    private @Nullable Path tlsKey;

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    /** Adds what is wrong with values that could be read. */
    void check(InvalidOptions wrong) {
        wrong.when(
                new InetSocketAddress(host, 0).isUnresolved(),
                mixee,
                "--host",
                "the name '" + host + "' cannot be resolved");
        wrong.when(port < 0 || port > MAX_PORT, mixee, "--port", port + " is not between 0 and " + MAX_PORT);
        wrong.when(
                (tlsCert == null) != (tlsKey == null),
                mixee,
                tlsCert == null ? "--tls-key" : "--tls-cert",
                "--tls-cert and --tls-key need each other");
    }

    /** Makes loggers, and reads files. Null without TLS, and if it cannot be had, which is added to what is wrong. */
    @Nullable
    public TlsFiles tls(InvalidOptions wrong) {
        Path certificate = tlsCert;
        Path key = tlsKey;
        if (certificate == null || key == null) {
            return null;
        }
        return wrong.tried(() -> {
            try {
                return new TlsFiles(certificate, key);
            } catch (IOException e) {
                throw InvalidOption.because(mixee, "--tls-cert", e);
            }
        });
    }
}
