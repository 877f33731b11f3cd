package io.sluice.gateway.guards;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Classes that break a rule on purpose: compiled by the test that is about the rule, and never part of anything. */
final class Seeded {

    private static final Pattern UNIT = Pattern.compile("package [^;]+;.*?class (\\w+).*?(?=package |$)");

    private Seeded() {}

    /** Compiles one or more units, each of which begins with its package. */
    static void compile(String sources, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<? extends JavaFileObject> units =
                UNIT.matcher(sources).results().map(Seeded::unit).toList();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        if (!compiler.getTask(null, null, null, options, null, units).call()) {
            throw new AssertionError("does not compile: " + sources);
        }
    }

    private static JavaFileObject unit(MatchResult match) {
        String source = match.group();
        URI name = URI.create("string:///" + match.group(1) + ".java");
        return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }
}
