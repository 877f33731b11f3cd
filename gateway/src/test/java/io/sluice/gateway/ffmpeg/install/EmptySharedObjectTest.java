package io.sluice.gateway.ffmpeg.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class EmptySharedObjectTest {

    @TempDir
    private Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void theLoaderAcceptsALibraryWithVersionsAndOneWithout() throws Exception {
        EmptySharedObject.Machine machine = Platform.current().machine().orElseThrow();
        for (List<String> versions :
                List.of(List.<String>of(), List.of("PULSE_0"), List.of("ALSA_0.9", "ALSA_0.9.0rc4"))) {
            Path library = directory.resolve("libempty" + versions.size() + ".so");
            Files.write(library, EmptySharedObject.bytes(library.getFileName().toString(), versions, machine));
            assertThatCode(() -> System.load(library.toString())).doesNotThrowAnyException();
        }
    }

    @Test
    void theMachineTypeIsTheRequestedOne() {
        assertThat(machineOf(EmptySharedObject.Machine.X86_64)).isEqualTo((short) 62);
        assertThat(machineOf(EmptySharedObject.Machine.AARCH64)).isEqualTo((short) 183);
    }

    private static short machineOf(EmptySharedObject.Machine machine) {
        byte[] bytes = EmptySharedObject.bytes("libx.so.1", List.of(), machine);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(18);
    }
}
