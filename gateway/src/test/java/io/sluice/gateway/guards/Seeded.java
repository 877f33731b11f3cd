package io.sluice.gateway.guards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles, against the test class path, classes that are part of nothing: those that break a rule on purpose, and the
 * documentation's.
 */
public final class Seeded {

    private static final Pattern UNIT = Pattern.compile("package [^;]+;.*?class (\\w+).*?(?=package |$)");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Kept, because it remembers what is in the many jars of the class path. */
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private Seeded() {}

    /** Compiles one or more short units, each of which begins with its package. */
    static void compile(String sources, Path classes) {
        List<JavaFileObject> units = UNIT.matcher(sources)
                .results()
                .map(match -> unit(match.group(1), match.group()))
                .toList();
        compile(units, classes);
    }

    /** Compiles one public class. */
    public static void compileUnit(String name, String source, Path classes) {
        compile(List.of(unit(name, source)), classes);
    }

    private static void compile(List<JavaFileObject> units, Path classes) {
        try {
            FILES.setLocation(StandardLocation.CLASS_OUTPUT, List.of(classes.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!COMPILER.getTask(null, FILES, null, List.of("-proc:none"), null, units)
                .call()) {
            throw new AssertionError("does not compile, as standard error says: " + units);
        }
    }

    private static JavaFileObject unit(String name, String source) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }
}
