package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputVerificationTest {

    /** The state folder may be deleted while the gateway runs, with the file that was exported into it. */
    @Test
    void authoritiesThatWereDeletedAreFoundAgain(@TempDir Path folder) throws Exception {
        GatewayConfig config = new GatewayBuilder()
                .publishTo("rtmps://live.example.org/app/{streamKey}")
                .config();
        Ffmpeg real = Gateway.findFfmpeg(config.ffmpeg());
        Path file = Files.writeString(folder.resolve("own.pem"), "not read before it is deleted");
        Map<String, String> environment = new HashMap<>(real.environment());
        environment.put("SSL_CERT_FILE", file.toString());
        Ffmpeg ffmpeg = new Ffmpeg(real.executable(), real.source(), real.capabilities(), environment);
        OutputVerification verification = new OutputVerification(
                ffmpeg, () -> Files.createDirectories(folder.resolve("state")), Gateway.limits(config, ffmpeg));
        verification.prepare(config);
        OutputTls tls = verification.of(config.outputs());
        assertThat(tls.arguments()).containsExactly("-tls_verify", "1", "-cafile", file.toString());

        Files.delete(file);
        List<String> arguments = tls.arguments();
        assertThat(arguments).startsWith("-tls_verify", "1", "-cafile").hasSize(4);
        assertThat(Path.of(arguments.get(3))).isRegularFile();
    }
}
