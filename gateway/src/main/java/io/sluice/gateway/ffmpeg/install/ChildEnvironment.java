package io.sluice.gateway.ffmpeg.install;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Chooses the environment variables that FFmpeg is started with.
 *
 * <p>FFmpeg parses bytes from strangers, so it must not hold what the gateway's own environment may hold: tokens,
 * publish URLs, or variables that make it write files ({@code FFREPORT}) or load code ({@code LD_PRELOAD}). Only what
 * is named here, or by the operator, gets through.
 */
final class ChildEnvironment {

    private static final Set<String> NAMES = Set.of(
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "TZ",
            "TMPDIR",
            "LD_LIBRARY_PATH",
            "DYLD_LIBRARY_PATH",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "CUDA_VISIBLE_DEVICES");

    private static final List<String> PREFIXES = List.of("FONTCONFIG_", "LIBVA_", "NVIDIA_");

    /** Windows knows its variables without regard to case, and starts few programs without these. */
    private static final Set<String> WINDOWS_NAMES = Set.of("SYSTEMROOT", "PATH", "TEMP", "TMP");

    private ChildEnvironment() {}

    /**
     * The allowed part of an environment.
     *
     * @param parent the gateway's own environment
     * @param alsoPass further names the operator lets through: exact, or a prefix that ends in {@code *}; a bare
     *     {@code *} lets everything through except the gateway's own {@code SLUICE_} variables, which must be named
     *     exactly to be passed
     */
    static Map<String, String> from(Map<String, String> parent, Collection<String> alsoPass) {
        Map<String, String> chosen = new TreeMap<>();
        parent.forEach((name, value) -> {
            if (isAllowed(name) || alsoPass.stream().anyMatch(pattern -> matches(pattern, name))) {
                chosen.put(name, value);
            }
        });
        return Collections.unmodifiableMap(chosen);
    }

    private static boolean isAllowed(String name) {
        return NAMES.contains(name)
                || PREFIXES.stream().anyMatch(name::startsWith)
                || (Platform.isWindows() && WINDOWS_NAMES.contains(name.toUpperCase(Locale.ROOT)));
    }

    private static boolean matches(String pattern, String name) {
        if (!pattern.endsWith("*")) {
            return pattern.equals(name);
        }
        return name.startsWith(pattern.substring(0, pattern.length() - 1)) && !name.startsWith("SLUICE_");
    }
}
