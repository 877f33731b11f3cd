package io.sluice.gateway;

import io.sluice.gateway.websocket.OriginRule;
import io.sluice.gateway.websocket.ProxyHeader;
import io.sluice.gateway.websocket.ProxyTrust;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The part of the command line that says who may publish. */
final class AccessOptions {

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

    void applyTo(GatewayBuilder builder) {
        builder.allowOrigins(allowOrigin.toArray(String[]::new))
                .trustProxies(proxyHeader, trustProxy.toArray(String[]::new));
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
