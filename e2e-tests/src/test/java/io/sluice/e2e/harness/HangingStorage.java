package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Storage that stops answering, as a network share does whose server is gone: whoever opens, looks at or deletes
 * certain files waits until it is back. A library that is loaded in front of the system's does that.
 */
public final class HangingStorage {

    private static final String SOURCE = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdarg.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <unistd.h>
            static void wait_for(const char *path) {
                const char *part = getenv("HANGS_ON"), *flag = getenv("HANGS_WHILE");
                while (part && flag && path && strstr(path, part)
                        && syscall(SYS_faccessat, AT_FDCWD, flag, F_OK) == 0) usleep(20000);
            }
            #define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)
            int open64(const char *path, int flags, ...) {
                REAL(open64); va_list a; va_start(a, flags); int mode = va_arg(a, int); va_end(a);
                wait_for(path); return real(path, flags, mode);
            }
            int stat64(const char *path, struct stat64 *s) { REAL(stat64); wait_for(path); return real(path, s); }
            int lstat64(const char *path, struct stat64 *s) { REAL(lstat64); wait_for(path); return real(path, s); }
            int statx(int fd, const char *path, int f, unsigned m, struct statx *s) {
                REAL(statx); wait_for(path); return real(fd, path, f, m, s);
            }
            int unlink(const char *path) { REAL(unlink); wait_for(path); return real(path); }
            int rmdir(const char *path) { REAL(rmdir); wait_for(path); return real(path); }
            int unlinkat(int fd, const char *path, int f) { REAL(unlinkat); wait_for(path); return real(fd, path, f); }
            """;

    private final Path library;
    private final Path flag;
    private final String part;

    private HangingStorage(Path library, Path flag, String part) {
        this.library = library;
        this.flag = flag;
        this.part = part;
    }

    /** Storage that works at first. Its files are those with this in their path. */
    static HangingStorage of(Path folder, String part) {
        try {
            Path source = Files.writeString(folder.resolve("hang.c"), SOURCE);
            Path library = folder.resolve("libhang.so");
            Tool.Run run = Tool.CC.run(
                    Duration.ofSeconds(60), "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
            assertThat(run.exitCode()).as(run.err()).isZero();
            return new HangingStorage(library, folder.resolve("hangs"), part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "HANGS_ON", part, "HANGS_WHILE", flag.toString());
    }

    /** From now on nobody gets an answer. */
    public void hang() {
        try {
            Files.createFile(flag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It answers again. */
    public void recover() {
        try {
            Files.deleteIfExists(flag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
