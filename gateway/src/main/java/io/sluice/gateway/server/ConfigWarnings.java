package io.sluice.gateway.server;

import io.sluice.gateway.GatewayConfig;
import io.sluice.gateway.output.PublishTemplate;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Warnings about a valid configuration that is probably not intended, or not safe. */
public final class ConfigWarnings {

    private ConfigWarnings() {}

    /**
     * The warnings about a configuration. Resolves host names, which may block.
     *
     * @param config a valid configuration
     * @return one line each, without secrets
     */
    public static List<String> of(ServerConfig config) {
        List<String> warnings = new ArrayList<>();
        GatewayConfig gateway = config.gateway().config();
        if (gateway.access().authorizer() == null && !isLoopback(config.host())) {
            warnings.add("No authentication configured: anyone who can reach " + authority(config)
                    + " can publish. Set --auth-key-file, --auth-jwt-keys or --auth-url, or listen on localhost.");
        }
        if (gateway.access().origins().allowsAny()) {
            warnings.add("--allow-origin * lets any web page publish through the browsers of its visitors."
                    + " List the origins that may.");
        }
        for (PublishTemplate output : gateway.outputs().publish()) {
            if (!output.hasPlaceholder()) {
                warnings.add("--publish " + output + " has no " + PublishTemplate.PLACEHOLDER
                        + ": all publishers use the same address there.");
            }
        }
        if (gateway.outputs().tlsInsecure()) {
            warnings.add("--output-tls-insecure: the certificates of rtmps:// outputs are NOT verified. An impostor"
                    + " would get the streams and their keys.");
        }
        AdminListener admin = config.admin();
        if (admin != null && config.tls() == null && !isLoopback(admin.host())) {
            warnings.add("Operators' tokens are sent unencrypted, because --admin-host is not loopback and TLS is off."
                    + " Set --tls-cert and --tls-key.");
        }
        return List.copyOf(warnings);
    }

    private static String authority(ServerConfig config) {
        String host = config.host().indexOf(':') < 0 ? config.host() : "[" + config.host() + "]";
        return config.port() == 0 ? host : host + ":" + config.port();
    }

    private static boolean isLoopback(String host) {
        InetSocketAddress address = new InetSocketAddress(host, 0);
        return !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    }
}
