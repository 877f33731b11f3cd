package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.auth.AllowedOutputs;
import io.sluice.gateway.auth.CompositeAuthorizer;
import io.sluice.gateway.auth.HttpAuthorizer;
import io.sluice.gateway.auth.JwtAuthorizer;
import io.sluice.gateway.auth.JwtRules;
import io.sluice.gateway.auth.KeyFileAuthorizer;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
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

/** The part of the command line that says who may publish. */
@Reloadable
public final class AccessOptions {

    /** The deadlines of those who decide come first, because they know what failed. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private static final int MOST_QUESTIONS = 1_000;

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
            names = "--auth-jwt-keys",
            paramLabel = "FILE|URL",
            description = "Who has a JSON Web Token may publish that one of these public keys has signed: "
                    + "PEM or a JSON Web Key Set in a file, or a JSON Web Key Set at an address.")
    private @Nullable String jwtKeys;

    @Option(
            names = "--auth-jwt-key-claim",
            paramLabel = "NAME",
            defaultValue = "streamKey",
            description = "The claim with the stream key that a token is for (default: ${DEFAULT-VALUE}).")
    private String jwtKeyClaim = "";

    @Option(
            names = "--auth-jwt-issuer",
            paramLabel = "TEXT",
            description = "What a token's iss must be (default: any).")
    private @Nullable String jwtIssuer;

    @Option(
            names = "--auth-jwt-audience",
            paramLabel = "TEXT",
            description = "What a token's aud must contain (default: tokens that have none).")
    private @Nullable String jwtAudience;

    @Option(
            names = "--auth-jwt-algorithms",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512",
            description = "How tokens may be signed (default: ${DEFAULT-VALUE}).")
    private List<String> jwtAlgorithms = new ArrayList<>();

    @Option(
            names = "--auth-url",
            paramLabel = "URL",
            description = "Ask this HTTP service who may publish, in the way of MediaMTX's external authentication.")
    private @Nullable String url;

    @Option(
            names = "--auth-url-remember",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long its answer holds for the very same question (default: ${DEFAULT-VALUE}).")
    private Duration urlRemember = Duration.ZERO;

    @Option(
            names = "--auth-url-concurrency",
            paramLabel = "COUNT",
            defaultValue = "32",
            description = "How many questions may be under way at once (default: ${DEFAULT-VALUE}).")
    private int urlConcurrency;

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
        int parts = Stream.of(keyFile, jwtKeys, url)
                .filter(Objects::nonNull)
                .toList()
                .size();
        return timeout.multipliedBy(Math.max(1, parts)).plus(MARGIN);
    }

    /** Whether another value of an option, by its name in the configuration file, makes another authorizer. */
    static boolean makesAuthorizer(String key) {
        return key.startsWith("auth-");
    }

    /**
     * Who decides; null for nobody. Makes loggers, and reads files.
     *
     * @param wrong gets what is wrong with any of them
     */
    @Nullable
    public Authorizer authorizer(InvalidOptions wrong) {
        List<Authorizer> authorizers = authorizers(wrong);
        return authorizers.isEmpty() ? null : new CompositeAuthorizer(authorizers, timeout);
    }

    void applyTo(GatewayBuilder builder, @Nullable Authorizer authorizer, List<String> publish) {
        builder.allowOrigins(allowOrigin.toArray(String[]::new))
                .trustProxies(proxyHeader, trustProxy.toArray(String[]::new));
        if (authorizer != null) {
            builder.authorizer(authorizer)
                    .allowOutputs(
                            allowOutput.isEmpty()
                                    ? AllowedOutputs.ofServersIn(publish)
                                    : AllowedOutputs.of(allowOutput));
        }
    }

    /** Those who decide, in the order of what asking them costs. */
    private List<Authorizer> authorizers(InvalidOptions wrong) {
        return Stream.<Supplier<@Nullable Authorizer>>of(this::byKeyFile, this::byTokens, this::byService)
                .map(wrong::<Authorizer>tried)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private @Nullable Authorizer byKeyFile() {
        Path file = keyFile;
        return file == null ? null : made("--auth-key-file", () -> KeyFileAuthorizer.reading(file));
    }

    private @Nullable Authorizer byTokens() {
        String keys = jwtKeys;
        if (keys == null) {
            return null;
        }
        JwtRules rules = made(
                "--auth-jwt-algorithms",
                () -> new JwtRules(jwtKeyClaim, jwtIssuer, jwtAudience, Set.copyOf(jwtAlgorithms)));
        return made("--auth-jwt-keys", () -> tokens(keys, rules));
    }

    private @Nullable Authorizer byService() {
        String service = url;
        if (service == null) {
            return null;
        }
        if (urlConcurrency < 1 || urlConcurrency > MOST_QUESTIONS) {
            throw new InvalidOption(
                    mixee, "--auth-url-concurrency", urlConcurrency + " is not between 1 and " + MOST_QUESTIONS);
        }
        return made("--auth-url", () -> new HttpAuthorizer(service, timeout, urlConcurrency, urlRemember));
    }

    private Authorizer tokens(String keys, JwtRules rules) throws IOException {
        return keys.contains("://")
                ? JwtAuthorizer.withKeysFrom(keys, timeout, rules)
                : JwtAuthorizer.withKeysIn(Path.of(keys), rules);
    }

    private <T> T made(String option, Callable<? extends T> making) {
        try {
            return making.call();
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
