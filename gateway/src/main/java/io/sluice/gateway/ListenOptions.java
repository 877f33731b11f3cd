package io.sluice.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
            throw wrong("--host", "the name '" + host + "' cannot be resolved");
        }
        if (port < 0 || port > MAX_PORT) {
            throw wrong("--port", port + " is not between 0 and " + MAX_PORT);
        }
        if ((tlsCert == null) != (tlsKey == null)) {
            throw wrong(tlsCert == null ? "--tls-key" : "--tls-cert", "--tls-cert and --tls-key need each other");
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
        } catch (NoSuchFileException e) {
            throw wrong("--tls-cert", "there is no file " + e.getFile());
        } catch (AccessDeniedException e) {
            throw wrong("--tls-cert", "the file " + e.getFile() + " may not be read");
        } catch (IOException e) {
            throw wrong("--tls-cert", Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private ParameterException wrong(String option, String words) {
        CommandSpec command = Objects.requireNonNull(mixee);
        return new ParameterException(command.commandLine(), option + ": " + words, command.findOption(option), null);
    }
}
