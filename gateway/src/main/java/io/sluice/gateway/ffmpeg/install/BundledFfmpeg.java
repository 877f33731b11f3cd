package io.sluice.gateway.ffmpeg.install;

import io.sluice.gateway.files.FileTree;
import io.sluice.gateway.files.FolderLock;
import io.sluice.gateway.files.InstanceFolder;
import io.sluice.gateway.files.OwnUser;
import io.sluice.gateway.files.TrustedFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
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
 * <p>The files are extracted once per build into a cache directory that no other user can change, and compared with the
 * class path's at each start. If there is no such directory, they are extracted into a temporary one, which is deleted
 * on exit, or by the next start if this process is killed. A lock per build makes concurrent starts safe.
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

    static final String STUBS = "stubs";
    private static final String NEW = ".new";

    /** Far more than an extraction takes. */
    private static final Duration EXTRACTION_TIME = Duration.ofHours(1);

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

    @SuppressWarnings("try") // the lock is held, not used
    private Path directoryWith(BundledFiles files) throws IOException {
        try {
            Path folder = TrustedFolder.open(cache, TrustedFolder.Access.ALL);
            try (FolderLock lock = FolderLock.acquire(folder, files.name() + ".lock")) {
                removeLeftovers(folder);
                return extracted(folder.resolve(files.name()), files);
            }
        } catch (IOException e) {
            LOG.warn(
                    "Extracting the bundled FFmpeg to a temporary directory, because the cache is not usable: {}",
                    e.getMessage());
            return temporaryWith(files);
        }
    }

    private Path extracted(Path directory, BundledFiles files) throws IOException {
        if (TrustedFolder.isOwnFolder(directory) && files.areIn(directory, isDeviceLibrary)) {
            return directory;
        }
        Path next = directory.resolveSibling(directory.getFileName() + NEW);
        FileTree.delete(next);
        TrustedFolder.open(next, TrustedFolder.Access.ALL);
        files.copyTo(next);
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            // Damaged, or not what it should be: moved away first, so that no process sees half of it.
            LOG.warn("{} was changed or is incomplete, and is extracted again", directory);
            Path old = directory.resolveSibling(directory.getFileName() + NEW + "-replaced");
            FileTree.delete(old);
            Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(old);
        }
        Files.move(next, directory, StandardCopyOption.ATOMIC_MOVE);
        return directory;
    }

    /** Of extractions that were killed. Those of other builds may be in progress if they are young. */
    private void removeLeftovers(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "ffmpeg-*" + NEW + "*")) {
            for (Path entry : entries) {
                Instant changed = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS)
                        .toInstant();
                if (changed.isBefore(Instant.now().minus(EXTRACTION_TIME))) {
                    deleteTree(entry);
                }
            }
        }
    }

    private static Path temporaryWith(BundledFiles files) throws IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"), "sluice-ffmpeg-" + OwnUser.uid());
        Path directory;
        try {
            InstanceFolder instance = InstanceFolder.create(TrustedFolder.open(parent, TrustedFolder.Access.ALL));
            onExit(instance::remove);
            directory = instance.path().resolve(files.name());
            TrustedFolder.open(directory, TrustedFolder.Access.ALL);
        } catch (IOException e) {
            LOG.debug("Cannot use {}", parent, e);
            directory = Files.createTempDirectory("sluice-ffmpeg");
            Path created = directory;
            onExit(() -> deleteTree(created));
        }
        files.copyTo(directory);
        return directory;
    }

    private static void onExit(Runnable task) {
        Runtime.getRuntime().addShutdownHook(new Thread(task, "sluice-ffmpeg-cleanup"));
    }

    /** Root's home is closed to the user that FFmpeg runs as. */
    private static Path cacheOf(Map<String, String> environment) {
        String configured = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path home = OwnUser.uid() == 0 ? Path.of("/var/cache") : Path.of(System.getProperty("user.home"), ".cache");
        return (configured.startsWith("/") ? Path.of(configured) : home).resolve("sluice");
    }

    private static void deleteTree(Path directory) {
        try {
            FileTree.delete(directory);
        } catch (IOException e) {
            LOG.debug("Cannot delete {}", directory, e);
        }
    }
}
