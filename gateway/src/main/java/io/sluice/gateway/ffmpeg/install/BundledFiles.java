package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The FFmpeg on the class path: one platform's folder in the {@code org.bytedeco:ffmpeg} artifact or in a jar that it
 * was shaded into. None of it is loaded into the JVM.
 */
final class BundledFiles {

    private static final String ROOT = "org/bytedeco/ffmpeg/";

    private final String folder;
    private final URL executable;

    /** Size of each file; the fingerprint also covers content or modification time. */
    private final SortedMap<String, Long> sizes = new TreeMap<>();

    private final CRC32 fingerprint = new CRC32();

    private BundledFiles(String folder, URL executable) {
        this.folder = folder;
        this.executable = executable;
    }

    /**
     * Finds the files for a platform, preferring the build with GPL encoders.
     *
     * @throws IOException if they exist but cannot be listed
     */
    static Optional<BundledFiles> find(ClassLoader loader, Platform platform) throws IOException {
        for (String folder : new String[] {platform + "-gpl", platform.toString()}) {
            URL executable = loader.getResource(ROOT + folder + "/" + platform.executableName("ffmpeg"));
            if (executable != null) {
                BundledFiles files = new BundledFiles(folder, executable);
                files.list();
                return Optional.of(files);
            }
        }
        return Optional.empty();
    }

    /** Identifies the build by platform and content, so that an upgrade never uses an older build's files. */
    String name() {
        return "ffmpeg-%s-%08x".formatted(folder, fingerprint.getValue());
    }

    /** Whether a directory contains every file at its full size; a cache cleaner may have deleted some. */
    boolean areIn(Path directory) {
        return sizes.entrySet().stream().allMatch(file -> {
            try {
                return Files.size(directory.resolve(file.getKey())) == file.getValue();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Writes all files into an existing directory, executable for the owner only. */
    void copyTo(Path directory) throws IOException {
        String base = executable.toString();
        base = base.substring(0, base.lastIndexOf('/') + 1);
        for (String name : sizes.keySet()) {
            Path target = directory.resolve(name);
            try (InputStream in = URI.create(base + name).toURL().openStream()) {
                Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
            }
            if (!target.toFile().setExecutable(true, true)) {
                throw new IOException("cannot make executable: " + target);
            }
        }
    }

    private void list() throws IOException {
        if (executable.openConnection() instanceof JarURLConnection connection) {
            // A cached JarFile would be shared with other readers of this jar, and closed while they use it.
            connection.setUseCaches(false);
            String entry = connection.getEntryName();
            String prefix = entry.substring(0, entry.lastIndexOf('/') + 1);
            try (JarFile jar = connection.getJarFile()) {
                jar.stream().filter(e -> e.getName().startsWith(prefix)).forEach(e -> add(e, prefix));
            }
        } else {
            listDirectory();
        }
    }

    private void listDirectory() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(executable.toURI()).resolveSibling(""))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                long modified = Files.getLastModifiedTime(file).toMillis();
                add(file.getFileName().toString(), Files.size(file), modified);
            }
        } catch (URISyntaxException | UncheckedIOException e) {
            throw new IOException(e);
        }
    }

    private void add(JarEntry entry, String prefix) {
        add(entry.getName().substring(prefix.length()), entry.getSize(), entry.getCrc());
    }

    /** Skips the Java bindings, which only a JVM would load. */
    private void add(String name, long size, long content) {
        if (name.isEmpty() || name.contains("/") || name.startsWith("libjni") || name.startsWith("jni")) {
            return;
        }
        sizes.put(name, size);
        fingerprint.update("%s %d %d%n".formatted(name, size, content).getBytes(StandardCharsets.UTF_8));
    }
}
