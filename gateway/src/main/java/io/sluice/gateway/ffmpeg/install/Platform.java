package io.sluice.gateway.ffmpeg.install;

import java.util.Locale;
import java.util.Optional;

/** Operating system and architecture, named as in the bundled FFmpeg builds. */
record Platform(String system, String architecture) {

    static Platform current() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os;
        String architecture = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64" -> "x86_64";
            case "aarch64", "arm64" -> "arm64";
            default -> osArch;
        };
        return new Platform(system, architecture);
    }

    static boolean isWindows() {
        return current().system.equals("windows");
    }

    boolean isLinux() {
        return system.equals("linux");
    }

    String executableName(String program) {
        return system.equals("windows") ? program + ".exe" : program;
    }

    Optional<EmptySharedObject.Machine> machine() {
        return switch (architecture) {
            case "x86_64" -> Optional.of(EmptySharedObject.Machine.X86_64);
            case "arm64" -> Optional.of(EmptySharedObject.Machine.AARCH64);
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        return system + "-" + architecture;
    }
}
