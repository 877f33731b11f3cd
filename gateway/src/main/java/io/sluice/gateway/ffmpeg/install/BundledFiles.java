package io.sluice.gateway.ffmpeg.install;

import io.sluice.gateway.files.TrustedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The FFmpeg on the class path: one platform's folder in the {@code org.bytedeco:ffmpeg} artifact or in a jar that it
 * was shaded into. None of it is loaded into the JVM.
 */
final class BundledFiles {

    private static final int COMPARED_BYTES = 1 << 16;
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

    /**
     * Whether a directory contains these files with exactly this content, owned by this user and writable by no other,
     * and nothing else but stubs. Links are not followed. Reads all of it: 83 MB in 0.25 s (measured, with the files in
     * the page cache).
     */
    boolean areIn(Path directory, Predicate<String> isStub) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.equals(BundledFfmpeg.STUBS) ? !areStubs(entry, isStub) : !sizes.containsKey(name)) {
                    return false;
                }
            }
        }
        for (Map.Entry<String, Long> file : sizes.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (!TrustedFolder.isOwnFile(path) || Files.size(path) != file.getValue() || !isSame(file.getKey(), path)) {
                return false;
            }
        }
        return true;
    }

    private static boolean areStubs(Path directory, Predicate<String> isStub) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!TrustedFolder.isOwnFile(entry)
                        || !isStub.test(entry.getFileName().toString())) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean isSame(String name, Path path) throws IOException {
        try (InputStream ours = open(name);
                InputStream theirs = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            byte[] expected = new byte[COMPARED_BYTES];
            byte[] actual = new byte[COMPARED_BYTES];
            int count;
            do {
                count = ours.readNBytes(expected, 0, COMPARED_BYTES);
                int found = theirs.readNBytes(actual, 0, COMPARED_BYTES);
                if (!Arrays.equals(expected, 0, count, actual, 0, found)) {
                    return false;
                }
            } while (count > 0);
            return true;
        }
    }

    private InputStream open(String name) throws IOException {
        String base = executable.toString();
        return URI.create(base.substring(0, base.lastIndexOf('/') + 1) + name)
                .toURL()
                .openStream();
    }

    /** Writes all files into an empty directory; others may read and run them, which they could from the jar. */
    void copyTo(Path directory) throws IOException {
        for (String name : sizes.keySet()) {
            Path target = directory.resolve(name);
            try (InputStream in = open(name)) {
                Files.copy(in, target);
            }
            if (target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
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
