package io.sluice.gateway.ffmpeg.install;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Selects the environment variables that FFmpeg receives.
 *
 * <p>FFmpeg parses untrusted bytes, so it must not receive secrets from the gateway's environment (tokens, publish
 * URLs) or variables that make it write files ({@code FFREPORT}) or load code ({@code LD_PRELOAD}). Only variables
 * named here or by the operator are passed on.
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

    /** Names are case-insensitive on Windows, and few programs start without these. */
    private static final Set<String> WINDOWS_NAMES = Set.of("SYSTEMROOT", "PATH", "TEMP", "TMP");

    private ChildEnvironment() {}

    /**
     * The allowed subset of an environment.
     *
     * @param parent the gateway's own environment
     * @param alsoPass further names that the operator allows: exact, or a prefix that ends in {@code *}; a bare
     *     {@code *} allows everything except the gateway's own {@code SLUICE_} variables, which must be named exactly
     */
    static Map<String, String> from(Map<String, String> parent, Collection<String> alsoPass) {
        Map<String, String> allowed = new TreeMap<>();
        parent.forEach((name, value) -> {
            if (isAllowed(name) || alsoPass.stream().anyMatch(pattern -> matches(pattern, name))) {
                allowed.put(name, value);
            }
        });
        return Collections.unmodifiableMap(allowed);
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
