package io.sluice.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The files that the web build has put on the class path: read once per process, and shared by all gateways in it. */
final class StaticAssets {

    private static final String FOLDER = "/io/sluice/gateway/web/";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "d.ts", "application/typescript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "js.LICENSE", "text/plain; charset=utf-8");

    private final Properties hashes = new Properties();
    private final Map<String, StaticAsset> assets = new TreeMap<>();

    private StaticAssets() {
        try (InputStream list = open("assets.properties")) {
            hashes.load(list);
            for (String name : hashes.stringPropertyNames()) {
                String type = TYPES.get(extension(name));
                if (type != null) {
                    assets.put(name, load(name, type));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All assets.
     *
     * @throws ExceptionInInitializerError if the web build has not run
     */
    static StaticAssets all() {
        return Loaded.ASSETS;
    }

    /** Calls back with each name and its asset. */
    void forEach(BiConsumer<String, StaticAsset> action) {
        assets.forEach(action);
    }

    StaticAsset get(String name) {
        StaticAsset asset = assets.get(name);
        if (asset == null) {
            throw new IllegalStateException("The web build does not contain " + name);
        }
        return asset;
    }

    /**
     * The name by which pages refer to a version of an asset: {@code sluice-0123456789abcdef.js} for {@code sluice.js}.
     * The build (tools/assets.js) writes the same names into the pages.
     *
     * @return null for assets that pages do not load
     */
    @Nullable
    String versioned(String name) {
        return switch (extension(name)) {
            case "js", "css", "svg" -> name.replace(".", "-" + hashes.getProperty(name) + ".");
            default -> null;
        };
    }

    private static String extension(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    private StaticAsset load(String name, String type) throws IOException {
        StaticAsset asset = new StaticAsset(type);
        for (ContentCoding coding : ContentCoding.values()) {
            String file = name + coding.suffix();
            String hash = hashes.getProperty(file);
            if (hash != null) {
                try (InputStream stream = open(file)) {
                    asset.add(coding, stream.readAllBytes(), hash);
                }
            }
        }
        return asset;
    }

    private static InputStream open(String file) {
        InputStream stream = StaticAssets.class.getResourceAsStream(FOLDER + file);
        if (stream == null) {
            throw new IllegalStateException("The web asset " + file + " is missing. Build the gateway with Maven.");
        }
        return stream;
    }

    /** Loads on first use. */
    private static final class Loaded {
        static final StaticAssets ASSETS = new StaticAssets();
    }
}
