package io.sluice.gateway.guards;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * A method with {@link FuzzTest}, called without Jazzer's own runner, which runs one such method per JVM. Its
 * parameters are byte arrays and strings.
 */
record FuzzTarget(Method method, Constructor<?> constructor) {

    private static final String SUFFIX = "FuzzTest";

    /** No byte of any UTF-8 text. */
    private static final byte SEPARATOR = (byte) 0xff;

    /** Every target on the class path, the protocol's included, in a fixed order. */
    static List<FuzzTarget> all() {
        return ReflectionSupport.findAllClassesInPackage(
                        "io.sluice", candidate -> candidate != SharedFuzzTest.class, name -> name.endsWith(SUFFIX))
                .stream()
                .flatMap(FuzzTarget::in)
                .sorted(Comparator.comparing(FuzzTarget::name))
                .toList();
    }

    /** The targets of one class. */
    static Stream<FuzzTarget> in(Class<?> testClass) {
        return AnnotationSupport.findAnnotatedMethods(testClass, FuzzTest.class, HierarchyTraversalMode.TOP_DOWN)
                .stream()
                .map(method -> {
                    method.setAccessible(true);
                    try {
                        Constructor<?> constructor = testClass.getDeclaredConstructor();
                        constructor.setAccessible(true);
                        return new FuzzTarget(method, constructor);
                    } catch (NoSuchMethodException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    String name() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    @Override
    public String toString() {
        return name();
    }

    /** The arguments from its {@link MethodSource}, and those of former findings, which Jazzer wrote. */
    List<Object[]> seeds() {
        List<Object[]> seeds = new ArrayList<>();
        try {
            MethodSource source = method.getAnnotation(MethodSource.class);
            for (String name : source == null ? new String[0] : source.value()) {
                Method factory = method.getDeclaringClass().getDeclaredMethod(name);
                factory.setAccessible(true);
                ((Stream<?>) factory.invoke(null))
                        .forEach(each -> seeds.add(each instanceof Arguments many ? many.get() : new Object[] {each}));
            }
            for (byte[] finding : findings()) {
                seeds.add(fromJazzer(finding));
            }
        } catch (ReflectiveOperationException | IOException | URISyntaxException e) {
            throw new AssertionError("the seeds of " + this, e);
        }
        return seeds;
    }

    private String findingsFolder() {
        return method.getDeclaringClass().getName().replace('.', '/') + "Inputs/" + method.getName();
    }

    private List<byte[]> findings() throws IOException, URISyntaxException {
        URL folder = method.getDeclaringClass().getResource("/" + findingsFolder());
        if (folder == null) {
            return List.of();
        }
        if (folder.getProtocol().equals("file")) {
            return contents(Path.of(folder.toURI()));
        }
        try (FileSystem jar = FileSystems.newFileSystem(folder.toURI(), Map.of())) {
            return contents(jar.getPath(findingsFolder()));
        }
    }

    private static List<byte[]> contents(Path folder) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
        }
        return all;
    }

    /** Each argument but the last follows its length; the last goes on to the end. */
    private Object[] fromJazzer(byte[] finding) {
        ByteBuffer bytes = ByteBuffer.wrap(finding);
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            byte[] argument = new byte[i == arguments.length - 1 ? bytes.remaining() : bytes.getInt()];
            bytes.get(argument);
            arguments[i] = isBytes(i) ? argument : new String(argument, UTF_8);
        }
        return arguments;
    }

    /** What Jazzer would have written. */
    private byte[] toJazzer(Object[] arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < arguments.length; i++) {
            byte[] argument = bytes(arguments[i]);
            if (i < arguments.length - 1) {
                bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                        .putInt(argument.length)
                        .array());
            }
            bytes.writeBytes(argument);
        }
        return bytes.toByteArray();
    }

    /** The arguments in a form that stays meaningful wherever the fuzzer inserts or deletes a byte. */
    byte[] encoded(Object[] arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < arguments.length; i++) {
            if (i > 0) {
                bytes.write(SEPARATOR);
            }
            bytes.writeBytes(bytes(arguments[i]));
        }
        return bytes.toByteArray();
    }

    /** Any bytes are arguments. */
    Object[] decoded(byte[] bytes) {
        Object[] arguments = new Object[method.getParameterCount()];
        int start = 0;
        for (int i = 0; i < arguments.length; i++) {
            int end = start;
            while (end < bytes.length && (i == arguments.length - 1 || bytes[end] != SEPARATOR)) {
                end++;
            }
            arguments[i] =
                    isBytes(i) ? Arrays.copyOfRange(bytes, start, end) : new String(bytes, start, end - start, UTF_8);
            start = Math.min(bytes.length, end + 1);
        }
        return arguments;
    }

    private boolean isBytes(int parameter) {
        Class<?> type = method.getParameterTypes()[parameter];
        if (type != byte[].class && type != String.class) {
            throw new AssertionError(this + " has a parameter that is neither byte[] nor String");
        }
        return type == byte[].class;
    }

    private static byte[] bytes(Object argument) {
        return argument instanceof byte[] bytes ? bytes : ((String) argument).getBytes(UTF_8);
    }

    /** Calls it once, as JUnit would. */
    void run(Object[] arguments) throws Throwable {
        try {
            method.invoke(constructor.newInstance(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /**
     * Runs it with any bytes as arguments. Arguments that it fails with are kept as Jazzer writes them, in
     * {@code target/fuzz-findings}: below {@code src/test/resources} of its module, under a name that says what they
     * are, they are a seed from then on.
     */
    void fuzz(byte[] input) {
        Object[] arguments = decoded(input);
        try {
            run(arguments);
        } catch (Throwable e) {
            throw new AssertionError(this + " fails with the arguments in " + keep(arguments), e);
        }
    }

    private Path keep(Object[] arguments) {
        try {
            Files.createDirectories(keptFolder());
            return Files.write(keptFolder().resolve("found-" + System.currentTimeMillis()), toJazzer(arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path keptFolder() {
        return Path.of("target", "fuzz-findings", findingsFolder()).toAbsolutePath();
    }

    /** The arguments that were kept. */
    List<Object[]> kept() throws IOException {
        return contents(keptFolder()).stream().map(this::fromJazzer).toList();
    }
}
