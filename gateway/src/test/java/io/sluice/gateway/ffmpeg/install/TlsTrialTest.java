package io.sluice.gateway.ffmpeg.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What real FFmpegs verify, and what follows from it for outputs. */
class TlsTrialTest {

    private static final TlsVerification BY_NAME = new TlsVerification(true, false, "");

    @Test
    void theFfmpegOnThePathVerifies(@TempDir Path folder) throws Exception {
        assertThat(TlsTrial.of(new FfmpegLocator().locate(null), folder)).matches(TlsVerification::verifies);
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void theBundledFfmpegVerifiesNamesOnly(@TempDir Path folder) throws Exception {
        Map<String, String> noPath = Map.of("HOME", System.getProperty("user.home"), "PATH", "/nowhere");
        Ffmpeg bundled = new FfmpegLocator(noPath, List.of()).locate(null);
        assumeTrue(bundled.source() == Ffmpeg.Source.BUNDLED);
        assertThat(TlsTrial.of(bundled, folder)).isEqualTo(BY_NAME);
    }

    @Test
    void anFfmpegThatIgnoresTheOptionsDoesNotVerify(@TempDir Path folder) throws Exception {
        Ffmpeg real = new FfmpegLocator().locate(null);
        Path careless = Files.writeString(folder.resolve("careless"), """
                #!/bin/bash
                for argument; do
                    [ "$before $argument" = "-tls_verify 1" ] && argument=0
                    arguments+=("$argument")
                    before=$argument
                done
                exec %s "${arguments[@]}"
                """.formatted(real.executable()));
        assertThat(careless.toFile().setExecutable(true)).isTrue();
        Ffmpeg ffmpeg = new Ffmpeg(careless, Ffmpeg.Source.FLAG, real.capabilities(), real.environment());
        TlsVerification result = TlsTrial.of(ffmpeg, folder);
        assertThat(result.verifies()).isFalse();
        assertThat(result.problem()).contains("self-signed", "expired", "another host");
    }

    @Test
    void anFfmpegThatDoesNothingDoesNotVerify(@TempDir Path folder) throws Exception {
        Ffmpeg real = new FfmpegLocator().locate(null);
        Ffmpeg idle = new Ffmpeg(Path.of("/bin/true"), Ffmpeg.Source.FLAG, real.capabilities(), Map.of());
        assertThat(TlsTrial.of(idle, folder).verifies()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "rtmps://live.example.org/app/key, true",
        "rtmps://live.example.org:443/app/key, true",
        "RTMPS://1.example/app/key, true",
        "rtmp://127.0.0.1/app/key, true",
        "rtmps://127.0.0.1/app/key, false",
        "rtmps://user:word@127.0.0.1:443/app/key, false",
        "rtmps://2130706433/app/key, false",
        "rtmps://0x7f000001/app/key, false",
        "rtmps://127.1/app/key, false",
        "RTMPS://0X7F.1/app/key, false",
        "rtmps://[::1]:443/app/key, false",
    })
    void whereOnlyNamesAreComparedAddressesAreRefused(String url, boolean allowed) {
        OutputTls tls = new OutputTls(false, Optional::empty, () -> Optional.of(BY_NAME));
        assertThat(tls.obstacle(url).isEmpty()).isEqualTo(allowed);
        assertThat(new OutputTls(true, Optional::empty, Optional::empty).obstacle(url))
                .isEmpty();
        assertThat(OutputTls.untried().obstacle(url).isEmpty()).isEqualTo(url.startsWith("rtmp:"));
    }

    @Test
    void theSystemsAuthoritiesComeFirstAndJavasAreWrittenWhereThereAreNone(@TempDir Path folder) throws IOException {
        Path own = Files.writeString(folder.resolve("own.pem"), "");
        assertThat(TrustedAuthorities.find(Map.of("SSL_CERT_FILE", own.toString()), folder))
                .isEqualTo(own);
        Path found = TrustedAuthorities.find(Map.of(), folder);
        TrustedAuthorities.check(found);
    }
}
