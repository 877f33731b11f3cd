package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An embedder does not need the libraries of the command line, or those of tokens and meters unless it uses them. */
class OptionalLibrariesTest {

    private static final Pattern OPTIONAL =
            Pattern.compile("micrometer|prometheus|HdrHistogram|picocli|logback|nimbus|bytedeco");

    @Test
    void aGatewayStartsWithoutThem() throws Exception {
        List<URL> others = new ArrayList<>();
        int left = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (OPTIONAL.matcher(Objects.toString(Path.of(entry).getFileName())).find()) {
                left++;
            } else {
                others.add(Path.of(entry).toUri().toURL());
            }
        }
        assertThat(left).as("libraries left out").isGreaterThanOrEqualTo(5);
        try (URLClassLoader loader =
                new URLClassLoader(others.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Object builder = call(Class.forName("io.sluice.gateway.Gateway", true, loader), null, "builder");
            Object gateway =
                    block(call(Class.forName("io.sluice.gateway.GatewayBuilder", true, loader), builder, "start"));
            assertThat(gateway.toString()).startsWith("Sluice ");
            assertThat(call(gateway.getClass(), gateway, "isReady")).isEqualTo(true);
            call(call(gateway.getClass(), gateway, "close"), "block");
        }
    }

    private static Object block(Object mono) throws ReflectiveOperationException {
        return call(mono, "block");
    }

    private static Object call(Object target, String method) throws ReflectiveOperationException {
        return call(target.getClass(), target, method);
    }

    private static Object call(Class<?> type, @Nullable Object target, String method)
            throws ReflectiveOperationException {
        var found = type.getMethod(method);
        found.setAccessible(true);
        return Objects.requireNonNullElse(found.invoke(target), Void.class);
    }
}
