package io.sluice.gateway.ffmpeg.install;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the FFmpeg on the class path a program on disk that starts; blocking, for use at start only.
 *
 * <p>The files go into a cache directory of the owner once per build, or, where none can be written, into a temporary
 * one that is deleted on exit. Several JVMs may do so at once: each writes beside the final place, and the first to
 * rename wins.
 */
final class BundledFfmpeg {

    private static final Logger log = LoggerFactory.getLogger(BundledFfmpeg.class);

    /**
     * Libraries that this build links for capturing from, and decoding on, devices. Sluice reads from a pipe only, and
     * a server commonly lacks them, so empty ones are put in their place (see {@link EmptySharedObject}).
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
     * A program on disk and the environment it starts in.
     *
     * @param directory holds the program, its ffprobe and its libraries
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
     * Extracts the program if need be and sees to the libraries it misses. That it then starts is not promised.
     *
     * @param environment the environment the program is to get, apart from what it needs to find its libraries
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
                log.debug("Bundled FFmpeg runs without the device libraries {}", missing.names());
                own = withLibraries(environment, directory + File.pathSeparator + directory.resolve(STUBS));
            }
        }
        return Optional.of(new Extracted(directory, executable, own));
    }

    private Map<String, String> withLibraries(Map<String, String> environment, String directories) {
        if (!platform.isLinux()) {
            return environment; // Windows looks beside the program, macOS where the program itself says
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
            if (!isOurs(directory) || !files.areIn(directory)) {
                extractInto(directory, files);
            }
            return directory;
        } catch (IOException e) {
            log.warn(
                    "The bundled FFmpeg goes into a temporary directory, because {} cannot be used: {}", cache, why(e));
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
                // Incomplete or somebody else's: out of the way in one step, so that nobody sees half of it.
                Files.move(directory, temporary.resolve("replaced"), StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(directory.resolve("replaced"));
        } catch (FileSystemException e) {
            deleteTree(temporary);
            if (!isOurs(directory) || !files.areIn(directory)) {
                throw e;
            }
            // Another JVM was faster, and what it wrote is just as good.
        }
    }

    /** Whether the directory belongs to this user and nobody else can write programs into it. */
    private boolean isOurs(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (platform.system().equals("windows")) {
            return true; // below the user's own profile, which no one else writes to
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

    private static String why(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static void deleteTree(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> deepestFirst =
                    paths.sorted((a, b) -> b.getNameCount() - a.getNameCount()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            log.debug("Left behind: {}", directory, e);
        }
    }
}
