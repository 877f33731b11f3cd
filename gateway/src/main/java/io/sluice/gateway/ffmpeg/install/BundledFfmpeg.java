package io.sluice.gateway.ffmpeg.install;

import io.sluice.gateway.files.FileTree;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extracts the FFmpeg on the class path to disk. Blocking; for use at start only.
 *
 * <p>The files are extracted once per build into the user's cache directory or, if that cannot be written, into a
 * temporary directory that is deleted on exit. Concurrent JVMs are safe: each writes to its own temporary directory,
 * and the first to rename it wins.
 */
final class BundledFfmpeg {

    private static final Logger LOG = LoggerFactory.getLogger(BundledFfmpeg.class);

    /**
     * Libraries that this build links for capture and decoding devices. Sluice reads only from a pipe, and servers
     * commonly lack them, so empty ones replace them (see {@link EmptySharedObject}).
     */
    private static final Set<String> DEVICE_LIBRARIES = Set.of(
            "libasound.so.2",
            "libpulse.so.0",
            "libxcb.so.1",
            "libxcb-shm.so.0",
            "libxcb-shape.so.0",
            "libxcb-xfixes.so.0",
            "libudev.so.1",
            "libdrm.so.2",
            "libva.so.2",
            "libva-drm.so.2",
            "libva-x11.so.2");

    private static final String STUBS = "stubs";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final ClassLoader loader;
    private final Path cache;
    private final Platform platform;
    private final Predicate<String> isDeviceLibrary;

    /**
     * A program on disk and the environment to start it with.
     *
     * @param directory contains the program, its ffprobe and its libraries
     * @param executable absolute path of the program
     * @param environment the complete environment
     */
    record Extracted(Path directory, Path executable, Map<String, String> environment) {}

    BundledFfmpeg(Map<String, String> parentEnvironment) {
        this(BundledFfmpeg.class.getClassLoader(), cacheOf(parentEnvironment), DEVICE_LIBRARIES::contains);
    }

    BundledFfmpeg(ClassLoader loader, Path cache, Predicate<String> isDeviceLibrary) {
        this.loader = loader;
        this.cache = cache;
        this.platform = Platform.current();
        this.isDeviceLibrary = isDeviceLibrary;
    }

    /**
     * Extracts the program unless it is there already, and replaces missing device libraries. Does not guarantee that
     * the program starts.
     *
     * @param environment the program's environment, without what it needs to find its libraries
     * @return the program, or empty if there is none on the class path for this platform
     * @throws IOException if the files cannot be written
     */
    Optional<Extracted> extract(Map<String, String> environment) throws IOException {
        Optional<BundledFiles> files = BundledFiles.find(loader, platform);
        if (files.isEmpty()) {
            return Optional.empty();
        }
        Path directory = directoryWith(files.get());
        Path executable = directory.resolve(platform.executableName("ffmpeg"));
        Map<String, String> own = withLibraries(environment, directory.toString());
        if (platform.isLinux() && platform.machine().isPresent()) {
            MissingLibraries missing = FfmpegProbe.missingLibraries(executable, own);
            boolean stubbed = false;
            for (Map.Entry<String, Set<String>> library :
                    missing.versionsByName().entrySet()) {
                if (isDeviceLibrary.test(library.getKey())) {
                    writeStub(directory.resolve(STUBS), library.getKey(), library.getValue());
                    stubbed = true;
                }
            }
            if (stubbed) {
                LOG.debug("The bundled FFmpeg runs without the device libraries {}", missing.names());
                own = withLibraries(environment, directory + File.pathSeparator + directory.resolve(STUBS));
            }
        }
        return Optional.of(new Extracted(directory, executable, own));
    }

    private Map<String, String> withLibraries(Map<String, String> environment, String directories) {
        if (!platform.isLinux()) {
            return environment; // Windows searches the program's directory, macOS the paths recorded in the program
        }
        Map<String, String> own = new HashMap<>(environment);
        own.merge("LD_LIBRARY_PATH", directories, (others, ours) -> ours + File.pathSeparator + others);
        return own;
    }

    private void writeStub(Path stubs, String name, Set<String> versions) throws IOException {
        byte[] bytes =
                EmptySharedObject.bytes(name, versions, platform.machine().orElseThrow());
        Files.createDirectories(stubs);
        Path temporary = Files.createTempFile(stubs, name, ".new");
        Files.write(temporary, bytes);
        Files.move(temporary, stubs.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path directoryWith(BundledFiles files) throws IOException {
        try {
            Path directory = cache.resolve(files.name());
            if (!isTrusted(directory) || !files.areIn(directory)) {
                extractInto(directory, files);
            }
            return directory;
        } catch (IOException e) {
            LOG.warn(
                    "Extracting the bundled FFmpeg to a temporary directory, because {} is not usable: {}",
                    cache,
                    reason(e));
            Path directory = Files.createTempDirectory("sluice-ffmpeg");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(directory), "sluice-ffmpeg-cleanup"));
            files.copyTo(directory);
            return directory;
        }
    }

    private void extractInto(Path directory, BundledFiles files) throws IOException {
        Files.createDirectories(cache);
        Path temporary = Files.createTempDirectory(cache, files.name() + ".new");
        try {
            files.copyTo(temporary);
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                // Incomplete, or not owned by this user: move it away atomically, so that no process sees half of it.
                Files.move(directory, temporary.resolve("replaced"), StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(directory.resolve("replaced"));
        } catch (FileSystemException e) {
            deleteTree(temporary);
            if (!isTrusted(directory) || !files.areIn(directory)) {
                throw e;
            }
            // Another JVM was faster; its copy is complete.
        }
    }

    /** Whether the directory belongs to this user and no other user can write into it. */
    private boolean isTrusted(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (platform.system().equals("windows")) {
            return true; // below the user's profile, which other users cannot write to
        }
        return Files.getPosixFilePermissions(directory).equals(OWNER_ONLY)
                && Files.getOwner(directory).equals(Files.getOwner(cache));
    }

    private static Path cacheOf(Map<String, String> environment) {
        String configured = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base =
                configured.startsWith("/") ? Path.of(configured) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("sluice");
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static void deleteTree(Path directory) {
        try {
            FileTree.delete(directory);
        } catch (IOException e) {
            LOG.debug("Cannot delete {}", directory, e);
        }
    }
}
