package io.sluice.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of the gateway, as recorded by the build. */
public final class GatewayVersion {

    /** The version, such as {@code 1.2.3}. */
    public static final String VERSION = read();

    private GatewayVersion() {}

    private static String read() {
        Properties properties = new Properties();
        try (InputStream stream = GatewayVersion.class.getResourceAsStream("version.properties")) {
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
