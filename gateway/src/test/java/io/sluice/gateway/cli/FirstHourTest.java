package io.sluice.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayVersion;
import io.sluice.gateway.cli.config.ConfigOption;
import io.sluice.gateway.cli.config.ConfigSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators try first: commands, help, values, renamed and mistyped options, a check of the configuration. */
class FirstHourTest {

    private static final String VALID = "The configuration is valid";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder = Path.of("");

    private int run(Map<String, String> environment, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return CommandRun.of(environment, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private String file(String... lines) {
        try {
            return Files.writeString(folder.resolve("sluice.yaml"), String.join("\n", lines) + "\n")
                    .toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static LoadedConfig load(Map<String, String> environment, String... arguments) {
        return LoadedConfig.of(new ConfigSources(environment, List.of(arguments)));
    }

    private static @Nullable Object value(LoadedConfig config, String option) {
        assertThat(config.faults()).isEmpty();
        return Objects.requireNonNull(config.spec().findOption(option)).getValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "--version", "-V", "-v"})
    void theVersionIsPrinted(String argument) {
        assertThat(run(Map.of(), argument)).isZero();
        assertThat(out.toString().strip()).isEqualTo("Sluice " + GatewayVersion.VERSION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "-h"})
    void helpIsShortAndGrouped(String argument) {
        assertThat(run(Map.of("SLUICE_PORT", "wrong"), argument)).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).allMatch(line -> line.length() <= 100).hasSizeLessThan(180);
        assertThat(lines.subList(0, 6)).anyMatch(line -> line.contains("sluice [OPTIONS]"));
        assertThat(lines)
                .containsSubsequence(
                        "Listening:",
                        "Publishing:",
                        "FFmpeg:",
                        "Access:",
                        "Limits:",
                        "Admin API and metrics:",
                        "Shutdown:",
                        "Configuration:",
                        "Logging:",
                        "Commands:");
        assertThat(out.toString()).doesNotContain("--max-starts", "--trust-proxy", "--max-cpu ", "[\\s", "${");
        for (ConfigOption option : ConfigOption.in(load(Map.of()).spec())) {
            assertThat(lines).anyMatch(line -> line.startsWith("  " + option.flag()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "serve --port 70000",
        "--port 70000 serve",
        "--port=70000 serve",
        "--preview serve --port 70000",
    })
    void serveIsTheSameAsNoCommand(String arguments) {
        assertThat(run(Map.of(), arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("sluice: --port: 70000 is not between 0 and 65535; see --help\n");
    }

    @ParameterizedTest
    @CsvSource({
        "srve, unknown command 'srve'; the closest match is 'serve'",
        "vesrion, unknown command 'vesrion'; the closest match is 'version'",
        "--prot=1, unknown option '--prot'; the closest match is '--port'",
        "--pubish=rtmp://host/s3cr3t, unknown option '--pubish'; the closest match is '--publish'",
        "--chek-config, unknown option '--chek-config'; the closest match is '--check-config'",
        "hash-key --nw anna, unknown option '--nw'; the closest match is '--new'",
        "rtmp://host/s3cr3t, 'unexpected argument; a value needs its option in front, such as --port 8080'",
    })
    void theNearestIsSuggested(String arguments, String message) {
        assertThat(run(Map.of(), arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("sluice: " + message + "; see --help\n");
    }

    @ParameterizedTest
    @CsvSource({
        "--max-message-bytes, 64K, 65536",
        "--max-message-bytes, 65536, 65536",
        "--max-burst-bytes, 5M, 5242880",
        "--max-burst-bytes, 5MiB, 5242880",
        "--min-free-memory, 1g, 1073741824",
        "--min-free-memory, 0, 0",
        "--ffmpeg-memory, 1048576K, 1073741824",
        "--ffmpeg-memory, 0, 0",
        "--max-bits-per-second, 5M, 5000000",
        "--max-bits-per-second, 2500k, 2500000",
        "--max-bits-per-second, 5000000, 5000000",
        "--open-timeout, 1h, PT1H",
        "--open-timeout, 500ms, PT0.5S",
        "--drain-time, 0, PT0S",
        "--drain-time, 0h, PT0S",
        "--preview, yes, true",
        "--preview, On, true",
        "--preview, 1, true",
        "--enhanced-rtmp, no, false",
        "--enhanced-rtmp, off, false",
        "--enhanced-rtmp, 0, false",
    })
    void allOptionsReadTheSameStyleOfValues(String option, String value, String read) {
        assertThat(value(load(Map.of(), option + "=" + value), option)).hasToString(read);
        String key = option.substring(2);
        assertThat(value(load(Map.of(), "--config", file(key + ": " + value)), option))
                .hasToString(read);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--max-burst-bytes | lots | 'lots' is not a size; examples: 512, 64K, 5M, 1G",
                "--max-burst-bytes | 5T | '5T' is not a size; examples: 512, 64K, 5M, 1G",
                "--max-burst-bytes | 99999999999G | '99999999999G' is too large; examples: 512, 64K, 5M, 1G",
                "--max-message-bytes | 2G | 2147483648 is too large; the maximum is 1G",
                "--max-message-bytes | 1 | 1 is too small; the minimum is 1024",
                "--max-bits-per-second | 5MB | '5MB' is not a bit rate; examples: 5000000, 2500k, 5M",
                "--open-timeout | 10 | '10' is not a duration; examples: 500ms, 10s, 2m, 1h",
                "--open-timeout | 0s | '0s' is too short; examples: 500ms, 10s, 2m, 1h",
                "--open-timeout | 9999999h | '9999999h' is longer than 100 years; examples: 500ms, 10s, 2m, 1h",
                "--preview | maybe | 'maybe' is neither on nor off; examples: true, yes, false, no",
                "--max-streams | many | 'many' is not a whole number; example: 100",
                "--max-streams | 99999999999 | '99999999999' is too large; example: 100",
                "--log-level | loud | 'loud' is not a log level; use error, warn, info or debug",
            })
    void anInvalidValueIsOneLineWithAnExample(String option, String value, String message) {
        assertThat(run(Map.of(), option + "=" + value)).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("sluice: " + option + ": " + message + "; see --help\n");
    }

    @ParameterizedTest
    @CsvSource({
        "auth-url-remember, auth-cache-ttl, 7s",
        "handshake-timeout, request-timeout, 7s",
        "max-message-rate, max-frame-rate, 7",
        "max-starts, max-start-rate, 7",
        "max-starts-per-address, max-start-rate-per-address, 7",
        "max-starts-per-key, max-start-rate-per-key, 7",
        "max-cpu, max-cpu-percent, 7",
        "trust-proxy, trusted-proxy, 10.0.0.0/8",
    })
    void anOldNameStillWorksAndNamesTheNewOne(String former, String current, String value) {
        String flag = "--" + current;
        String variable = ConfigOption.variableFor(flag);
        String formerVariable = ConfigOption.variableFor("--" + former);
        Object expected = value(load(Map.of(), flag, value), flag);

        LoadedConfig byFlag = load(Map.of(), "--" + former, value);
        assertThat(value(byFlag, flag)).isEqualTo(expected);
        assertThat(byFlag.warnings()).containsExactly("--" + former + " is deprecated; use " + flag);
        assertThat(value(load(Map.of(), "--" + former + "=" + value), flag)).isEqualTo(expected);

        LoadedConfig byVariable = load(Map.of(formerVariable, value));
        assertThat(value(byVariable, flag)).isEqualTo(expected);
        assertThat(byVariable.warnings()).containsExactly(formerVariable + " is deprecated; use " + variable);

        String path = file("# old", former + ": " + value);
        LoadedConfig byFile = load(Map.of(), "--config", path);
        assertThat(value(byFile, flag)).isEqualTo(expected);
        assertThat(byFile.warnings())
                .containsExactly(path + ":2: '" + former + "' is deprecated; use '" + current + "'");

        assertThat(load(Map.of(), flag, value).warnings()).isEmpty();
        assertThat(load(Map.of(), flag, value, "--" + former, value).faults())
                .containsExactly(flag + ": --" + former + " is its old name, and both are set; remove --" + former);
        assertThat(load(Map.of(variable, value, formerVariable, value)).faults())
                .containsExactly(variable + ": " + formerVariable + " is its old name, and both are set; remove "
                        + formerVariable);
        String both = file(former + ": " + value, current + ": " + value);
        assertThat(load(Map.of(), "--config", both).faults())
                .containsExactly(both + ":1: '" + former + "' is the old name of '" + current
                        + "', and both are set; remove it");
    }

    @Test
    void precedenceHoldsAcrossOldAndNewNames() {
        LoadedConfig config = load(Map.of("SLUICE_MAX_CPU_PERCENT", "80"), "--max-cpu", "90");
        assertThat(value(config, "--max-cpu-percent")).isEqualTo(90);
    }

    @Test
    void aMistypedVariableIsAnErrorAsAMistypedKeyIs() {
        assertThat(load(Map.of("SLUICE_PROT", "1", "SLUICE_MAX_STREAM", "2", "OTHER", "3"))
                        .faults())
                .containsExactly(
                        "unknown variable SLUICE_MAX_STREAM; the closest match is SLUICE_MAX_STREAMS",
                        "unknown variable SLUICE_PROT; the closest match is SLUICE_PORT");
        assertThat(load(Map.of("SLUICE_CHECK_CONFIG", "true")).faults())
                .containsExactly("unknown variable SLUICE_CHECK_CONFIG; use the flag --check-config");
    }

    @Test
    void variablesThatKubernetesSetsForServicesAreIgnored() {
        Map<String, String> environment = Map.of(
                "SLUICE_SERVICE_HOST", "10.0.0.1",
                "SLUICE_SERVICE_PORT", "8080",
                "SLUICE_SERVICE_PORT_HTTP", "8080",
                "SLUICE_PORT_8080_TCP", "tcp://10.0.0.1:8080",
                "SLUICE_PORT_8080_TCP_ADDR", "10.0.0.1",
                "SLUICE_METRICS_SERVICE_HOST", "10.0.0.2",
                "SLUICE_METRICS_PORT", "tcp://10.0.0.2:9090");
        assertThat(load(environment).faults()).isEmpty();
    }

    @Test
    void theCheckReportsEverythingTogether() {
        String path = file("port: 80: 80", "prot: 1", "admin-port: 9090", "media-timeout: soon");
        int exitCode = run(
                Map.of("SLUICE_TYPO", "1"),
                "--check-config",
                "--config",
                path,
                "--ffmpeg",
                "/no/such/ffmpeg",
                "--max-streams",
                "0");
        assertThat(exitCode).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(6)
                .anyMatch(line -> line.contains(path + ":1: "))
                .anyMatch(line -> line.contains(path + ":2: unknown option 'prot'"))
                .anyMatch(line -> line.contains("--media-timeout: 'soon' is not a duration"))
                .anyMatch(line -> line.contains("unknown variable SLUICE_TYPO"))
                .anyMatch(line -> line.contains("--ffmpeg: "))
                .anyMatch(line -> line.contains("--max-streams: 0 is too small"));
    }

    @Test
    void theCheckCountsItsWarnings() {
        assertThat(run(Map.of(), "--check-config")).isZero();
        assertThat(out.toString()).endsWith(VALID + ".\n");
        assertThat(err.toString()).isEmpty();

        assertThat(run(Map.of(), "--check-config", "--host", "0.0.0.0")).isZero();
        assertThat(out.toString()).endsWith(VALID + ", with 1 warning.\n");
        assertThat(err.toString())
                .startsWith(
                        "sluice: warning: No authentication configured: anyone who can reach 0.0.0.0:8080 can publish");

        int exitCode = run(
                Map.of("SLUICE_MAX_CPU", "100"),
                "--check-config",
                "--allow-origin=*",
                "--publish",
                "rtmp://host/app/s3cr3t",
                "--publish",
                "rtmp://host/app/{streamKey}");
        assertThat(exitCode).isZero();
        assertThat(out.toString()).endsWith(VALID + ", with 3 warnings.\n");
        assertThat(err.toString())
                .doesNotContain("s3cr3t")
                .contains("SLUICE_MAX_CPU is deprecated; use SLUICE_MAX_CPU_PERCENT")
                .contains("--allow-origin * lets any web page publish")
                .contains("--publish rtmp://host/… has no {streamKey}: all publishers use the same address there");
    }

    @Test
    void theDefaultsAreWrittenInTheStyleOfAllValues() {
        assertThat(Stream.of("max-message-bytes", "max-burst-bytes", "min-free-memory", "ffmpeg-cpu-time")
                        .map(key -> Objects.requireNonNull(load(Map.of()).spec().findOption("--" + key))
                                .defaultValue()))
                .containsExactly("8M", "128M", "128M", "168h");
        assertThat(value(load(Map.of()), "--ffmpeg-cpu-time")).isEqualTo(Duration.ofDays(7));
    }
}
