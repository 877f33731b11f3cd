package io.sluice.gateway;

import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.auth.AnyOf;
import io.sluice.gateway.auth.KeyFileAuthorizer;
import io.sluice.gateway.session.Authorizer;
import io.sluice.gateway.websocket.OriginRule;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.ProxyTrust;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The part of the command line that says who may publish. */
final class AccessOptions {

    /** The deadlines of those who decide come first, because they know what failed. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            split = "[\\s,]+",
            converter = OriginConverter.class,
            description = "Pages that may connect besides the gateway's own, as in https://studio.example.org; "
                    + "may be repeated. * allows every page.")
    private List<String> allowOrigin = new ArrayList<>();

    @Option(
            names = "--trust-proxy",
            paramLabel = "NETWORK",
            split = "[\\s,]+",
            converter = NetworkConverter.class,
            description = "Addresses of proxies that are believed about the client's address, as in 10.0.0.0/8; "
                    + "may be repeated.")
    private List<String> trustProxy = new ArrayList<>();

    @Option(
            names = "--proxy-header",
            paramLabel = "NAME",
            defaultValue = "x-forwarded-for",
            converter = ProxyHeaderConverter.class,
            description = "Where trusted proxies say it: x-forwarded-for or forwarded (default: ${DEFAULT-VALUE}).")
    private ProxyHeader proxyHeader = ProxyHeader.X_FORWARDED;

    @Option(
            names = "--auth-key-file",
            paramLabel = "FILE",
            description =
                    "Who has a line in this file may publish; 'sluice hash-key' makes lines. Changes hold at once.")
    private @Nullable Path keyFile;

    @Option(
            names = "--auth-timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long each of the --auth-… may take to decide (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--allow-output",
            paramLabel = "SERVER",
            split = "[\\s,]+",
            converter = OutputConverter.class,
            description = "Servers that those who decide may name as outputs, as in rtmps://live.example.org; "
                    + "may be repeated (default: those of --publish).")
    private List<String> allowOutput = new ArrayList<>();

    /** How long a client may have to wait for a decision. */
    Duration authorizeTimeout() {
        int parts = Stream.of(keyFile).filter(Objects::nonNull).toList().size();
        return timeout.multipliedBy(Math.max(1, parts)).plus(MARGIN);
    }

    /** Makes loggers, and reads files. */
    void applyTo(GatewayBuilder builder, List<String> publish) {
        builder.allowOrigins(allowOrigin.toArray(String[]::new))
                .trustProxies(proxyHeader, trustProxy.toArray(String[]::new));
        List<Authorizer> authorizers = authorizers();
        if (!authorizers.isEmpty()) {
            AllowedOutputs outputs =
                    allowOutput.isEmpty() ? AllowedOutputs.ofServersIn(publish) : AllowedOutputs.of(allowOutput);
            builder.authorizer(outputs.guard(new AnyOf(authorizers, timeout)));
        }
    }

    /** Those who decide, in the order of what asking them costs. */
    private List<Authorizer> authorizers() {
        List<Authorizer> authorizers = new ArrayList<>();
        if (keyFile != null) {
            Path file = keyFile;
            authorizers.add(made("--auth-key-file", () -> KeyFileAuthorizer.reading(file)));
        }
        return authorizers;
    }

    private Authorizer made(String option, Callable<Authorizer> making) {
        CommandSpec command = Objects.requireNonNull(mixee);
        try {
            return making.call();
        } catch (Exception e) {
            throw new ParameterException(
                    command.commandLine(), option + ": " + words(e), command.findOption(option), null);
        }
    }

    private static String words(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return e instanceof AccessDeniedException
                ? "the file may not be read"
                : Objects.requireNonNullElse(e.getMessage(), e.toString());
    }

    /** Checks a server. */
    static final class OutputConverter implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            return checked(value, () -> AllowedOutputs.of(List.of(value)));
        }
    }

    /** Checks an origin. */
    static final class OriginConverter implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            return checked(value, () -> OriginRule.allowing(List.of(value)));
        }
    }

    /** Checks a network. */
    static final class NetworkConverter implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            return checked(value, () -> ProxyTrust.in(List.of(value)));
        }
    }

    /** Reads the header's name. */
    static final class ProxyHeaderConverter implements ITypeConverter<ProxyHeader> {

        @Override
        public ProxyHeader convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "x-forwarded-for" -> ProxyHeader.X_FORWARDED;
                case "forwarded" -> ProxyHeader.FORWARDED;
                default -> throw new TypeConversionException("it is x-forwarded-for or forwarded");
            };
        }
    }

    private static String checked(String value, Runnable check) {
        try {
            check.run();
            return value;
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
