package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.auth.CompositeAuthorizer;
import io.sluice.gateway.auth.HttpAuthorizer;
import io.sluice.gateway.auth.JwtAuthorizer;
import io.sluice.gateway.auth.JwtRules;
import io.sluice.gateway.auth.KeyFileAuthorizer;
import io.sluice.gateway.cli.config.FormerName;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.websocket.OriginPolicy;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.TrustedProxies;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options about who may publish. */
@Reloadable
@OptionGroup("Access")
final class AccessOptions {

    /** Authorizers time out before the gateway does, because they know the reason. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private static final int MAX_CONCURRENCY = 1_000;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            split = "[\\s,]+",
            converter = OriginConverter.class,
            description = "Web origins that may connect besides the gateway's own, such as "
                    + "https://studio.example.org; repeatable. * allows any.")
    private List<String> allowOrigin = new ArrayList<>();

    @FormerName("trust-proxy")
    @Option(
            names = "--trusted-proxy",
            paramLabel = "NETWORK",
            split = "[\\s,]+",
            converter = NetworkConverter.class,
            description = "Address or network of proxies that report the client address, such as 10.0.0.0/8; "
                    + "repeatable.")
    private List<String> trustedProxy = new ArrayList<>();

    @Option(
            names = "--proxy-header",
            paramLabel = "NAME",
            defaultValue = "x-forwarded-for",
            converter = ProxyHeaderConverter.class,
            description = "Header with the client address: x-forwarded-for or forwarded (default: ${DEFAULT-VALUE}).")
    private ProxyHeader proxyHeader = ProxyHeader.X_FORWARDED;

    @Option(
            names = "--auth-key-file",
            paramLabel = "FILE",
            description = "File of hashed stream keys that may publish; 'sluice hash-key' creates its lines. "
                    + "Changes are picked up.")
    private @Nullable Path keyFile;

    @Option(
            names = "--auth-jwt-keys",
            paramLabel = "FILE|URL",
            description = "Public keys of JSON Web Tokens that may publish: a file (PEM or JSON Web Key Set), "
                    + "or the URL of a JSON Web Key Set.")
    private @Nullable String jwtKeys;

    @Option(
            names = "--auth-jwt-key-claim",
            paramLabel = "NAME",
            defaultValue = "streamKey",
            description = "Claim with the stream key that a token is for (default: ${DEFAULT-VALUE}).")
    private String jwtKeyClaim = "";

    @Option(
            names = "--auth-jwt-issuer",
            paramLabel = "TEXT",
            description = "Required value of iss in tokens (default: any).")
    private @Nullable String jwtIssuer;

    @Option(
            names = "--auth-jwt-audience",
            paramLabel = "TEXT",
            description = "Required value in aud of tokens (default: only tokens without aud).")
    private @Nullable String jwtAudience;

    @Option(
            names = "--auth-jwt-algorithms",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512",
            description = "Accepted signature algorithms (default: ${DEFAULT-VALUE}).")
    private List<String> jwtAlgorithms = new ArrayList<>();

    @Option(
            names = "--auth-url",
            paramLabel = "URL",
            description = "HTTP service that decides who may publish; compatible with MediaMTX.")
    private @Nullable String url;

    @FormerName("auth-url-remember")
    @Option(
            names = "--auth-cache-ttl",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long the service's answer is reused for an identical request "
                    + "(default: ${DEFAULT-VALUE}).")
    private Duration cacheTtl = Duration.ZERO;

    @Option(
            names = "--auth-url-concurrency",
            paramLabel = "COUNT",
            defaultValue = "32",
            description = "Maximum concurrent requests to the service (default: ${DEFAULT-VALUE}).")
    private int urlConcurrency;

    @Option(
            names = "--auth-timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "Maximum time for each authorizer to decide (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--allow-output",
            paramLabel = "SERVER",
            split = "[\\s,]+",
            converter = OutputConverter.class,
            description = "Servers that authorizers may select as outputs, such as rtmps://live.example.org; "
                    + "repeatable (default: the servers of --publish).")
    private List<String> allowOutput = new ArrayList<>();

    /** How long a client may have to wait for a decision. */
    Duration authorizeTimeout() {
        int authorizers = Stream.of(keyFile, jwtKeys, url)
                .filter(Objects::nonNull)
                .toList()
                .size();
        return timeout.multipliedBy(Math.max(1, authorizers)).plus(MARGIN);
    }

    /** Whether a changed option, by its name in the configuration file, needs a new authorizer. */
    static boolean needsNewAuthorizer(String key) {
        return key.startsWith("auth-");
    }

    /** Creates the authorizer. Null if none is configured, and after an error. Reads files; creates loggers. */
    @Nullable
    Authorizer authorizer(InvalidOptions errors) {
        List<Authorizer> authorizers = authorizers(errors);
        return authorizers.isEmpty() ? null : new CompositeAuthorizer(authorizers, timeout);
    }

    void applyTo(GatewayBuilder builder, @Nullable Authorizer authorizer, List<String> publish) {
        builder.allowOrigins(allowOrigin.toArray(String[]::new))
                .trustProxies(proxyHeader, trustedProxy.toArray(String[]::new));
        if (authorizer != null) {
            builder.authorizer(authorizer)
                    .allowOutputs(
                            allowOutput.isEmpty()
                                    ? AllowedOutputs.ofServersIn(publish)
                                    : AllowedOutputs.of(allowOutput));
        }
    }

    /** The cheapest one first. */
    private List<Authorizer> authorizers(InvalidOptions errors) {
        return Stream.<Supplier<@Nullable Authorizer>>of(this::keyFileAuthorizer, this::jwtAuthorizer, this::service)
                .map(errors::<Authorizer>collect)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private @Nullable Authorizer keyFileAuthorizer() {
        Path file = keyFile;
        return file == null ? null : create("--auth-key-file", () -> KeyFileAuthorizer.reading(file));
    }

    private @Nullable Authorizer jwtAuthorizer() {
        String keys = jwtKeys;
        if (keys == null) {
            return null;
        }
        JwtRules rules = create(
                "--auth-jwt-algorithms",
                () -> new JwtRules(jwtKeyClaim, jwtIssuer, jwtAudience, Set.copyOf(jwtAlgorithms)));
        return create("--auth-jwt-keys", () -> tokens(keys, rules));
    }

    private @Nullable Authorizer service() {
        String service = url;
        if (service == null) {
            return null;
        }
        if (urlConcurrency < 1 || urlConcurrency > MAX_CONCURRENCY) {
            throw new InvalidOption(
                    mixee, "--auth-url-concurrency", urlConcurrency + " is not between 1 and " + MAX_CONCURRENCY);
        }
        return create("--auth-url", () -> new HttpAuthorizer(service, timeout, urlConcurrency, cacheTtl));
    }

    private Authorizer tokens(String keys, JwtRules rules) throws IOException {
        return keys.contains("://")
                ? JwtAuthorizer.withKeysFrom(keys, timeout, rules)
                : JwtAuthorizer.withKeysIn(Path.of(keys), rules);
    }

    private <T> T create(String option, Callable<? extends T> supplier) {
        try {
            return supplier.call();
        } catch (Exception e) {
            throw InvalidOption.because(mixee, option, e);
        }
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
            return checked(value, () -> OriginPolicy.allowing(List.of(value)));
        }
    }

    /** Checks a network. */
    static final class NetworkConverter implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            return checked(value, () -> TrustedProxies.in(List.of(value)));
        }
    }

    /** Reads the header's name. */
    static final class ProxyHeaderConverter implements ITypeConverter<ProxyHeader> {

        @Override
        public ProxyHeader convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "x-forwarded-for" -> ProxyHeader.X_FORWARDED;
                case "forwarded" -> ProxyHeader.FORWARDED;
                default ->
                    throw new TypeConversionException(
                            "'" + value + "' is not supported; use x-forwarded-for or forwarded");
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
