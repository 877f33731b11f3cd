package io.sluice.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The part of the command line that says where and how to listen. */
final class ListenOptions {

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

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Listen with TLS and this certificate, in PEM, with those that it depends on behind it. "
                    + "A renewed file is picked up.")
    private @Nullable Path tlsCert;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's private key, in PEM, PKCS #8, not encrypted.")
    private @Nullable Path tlsKey;

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    void check() {
        if (new InetSocketAddress(host, 0).isUnresolved()) {
            throw new WrongOption(mixee, "--host", "the name '" + host + "' cannot be resolved");
        }
        if (port < 0 || port > MAX_PORT) {
            throw new WrongOption(mixee, "--port", port + " is not between 0 and " + MAX_PORT);
        }
        if ((tlsCert == null) != (tlsKey == null)) {
            throw new WrongOption(
                    mixee, tlsCert == null ? "--tls-key" : "--tls-cert", "--tls-cert and --tls-key need each other");
        }
    }

    /** Makes loggers, and reads files. Null without TLS. */
    @Nullable
    TlsFiles tls() {
        if (tlsCert == null || tlsKey == null) {
            return null;
        }
        try {
            return new TlsFiles(tlsCert, tlsKey);
        } catch (IOException e) {
            throw WrongOption.because(mixee, "--tls-cert", e);
        }
    }
}
