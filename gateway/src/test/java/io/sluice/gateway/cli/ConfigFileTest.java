package io.sluice.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.cli.config.ConfigChanges;
import io.sluice.gateway.cli.config.ConfigOption;
import io.sluice.gateway.cli.config.ConfigSources;
import io.sluice.gateway.cli.config.InvalidOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;

/** Options in a file, on the command line and in the environment: precedence, errors, changes. */
class ConfigFileTest {

    private static final String TEMPLATE = "rtmp://host/app/{streamKey}";

    @TempDir
    private Path folder = Path.of("");

    private Path file = folder;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("sluice.yaml");
    }

    private ConfigSources sources(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", file.toString()));
        all.addAll(List.of(arguments));
        return new ConfigSources(environment, all);
    }

    private void write(String... lines) {
        try {
            Files.writeString(file, String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object value(LoadedConfig reading, String option) {
        return Objects.requireNonNull(reading.spec().findOption(option)).getValue();
    }

    private LoadedConfig valid(ConfigSources sources) {
        LoadedConfig reading = LoadedConfig.of(sources);
        assertThat(reading.faults()).isEmpty();
        return reading;
    }

    @Test
    void theFlagBeatsTheVariableWhichBeatsTheFile() {
        write("port: 1", "publish: [rtmp://file/a]", "preview: true", "max-message-bytes: 5000", "open-timeout: 3s");
        LoadedConfig reading = valid(sources(
                Map.of("SLUICE_PORT", "2", "SLUICE_PUBLISH", "rtmp://variable/a rtmp://variable/b"),
                "--port=3",
                "--preview=false"));
        assertThat(value(reading, "--port")).isEqualTo(3);
        assertThat(value(reading, "--preview")).isEqualTo(false);
        assertThat(value(reading, "--publish")).isEqualTo(List.of("rtmp://variable/a", "rtmp://variable/b"));
        assertThat(value(reading, "--max-message-bytes")).isEqualTo(5000L);
        assertThat(value(reading, "--open-timeout")).hasToString("PT3S");
        assertThat(value(reading, "--host")).isEqualTo("localhost");
    }

    @Test
    void aListHasEveryValueAndWithoutOneItIsAsIfItWereNotSet() {
        write("publish:", "  - " + TEMPLATE, "  - rtmps://other/app", "allow-origin: '*'", "trusted-proxy: []");
        LoadedConfig reading = valid(sources(Map.of()));
        assertThat(value(reading, "--publish")).isEqualTo(List.of(TEMPLATE, "rtmps://other/app"));
        assertThat(value(reading, "--allow-origin")).isEqualTo(List.of("*"));
        assertThat(value(reading, "--trusted-proxy")).isEqualTo(List.of());
    }

    @Test
    void allThatIsWrongIsToldAtOnceAndWhereItStands() {
        write(
                "prot: 1",
                "max-message-bytes: 8MB",
                "log-level: [debug]",
                "publish:",
                "  - " + TEMPLATE,
                "  - http://s3cr3t/x",
                "auth-key-file: /no/such/file",
                "media-timeout: 10");
        LoadedConfig reading =
                LoadedConfig.of(sources(Map.of("SLUICE_OPEN_TIMEOUT", "soon"), "--port", "99999", "--colour"));
        assertThat(reading.faults())
                .containsExactlyInAnyOrder(
                        file + ":1: unknown option 'prot'; the closest match is 'port'",
                        file + ":3: 'log-level' accepts one value, not a list",
                        "unknown option '--colour'; the closest match is '--config'",
                        "--max-message-bytes: '8MB' is not a size; examples: 512, 64K, 5M, 1G"
                                + " (without B: powers of 1024) (set in " + file + ":2)",
                        "--publish: the publish URL must start with rtmp:// or rtmps://, as in rtmp://…" + " (set in "
                                + file + ":6)",
                        "--media-timeout: '10' is not a duration; examples: 500ms, 10s, 2m, 1h (set in " + file + ":8)",
                        "--open-timeout: 'soon' is not a duration; examples: 500ms, 10s, 2m, 1h"
                                + " (set by SLUICE_OPEN_TIMEOUT)",
                        "--port: 99999 is not between 0 and 65535",
                        "--auth-key-file: no such file: /no/such/file (set in " + file + ":7)");
    }

    @ParameterizedTest
    @CsvSource({
        "prot, port",
        "maxMessageBytes, max-message-bytes",
        "max_message_bytes, max-message-bytes",
        "SLUICE_AUTH_URL, auth-url",
        "--tls-cert, tls-cert",
        "authorization-key-file, auth-key-file",
        "config, host",
    })
    void aNameThatDoesNotExistHasANearestOne(String written, String nearest) {
        write(written + ": 1");
        assertThat(LoadedConfig.of(sources(Map.of())).faults())
                .containsExactly(file + ":1: unknown option '" + written + "'; the closest match is '" + nearest + "'");
    }

    @Test
    void anAddressInTheWrongPlaceIsNotRepeatedBecauseItMayHoldAKey() {
        write("port: rtmp://host/app/s3cr3t", "log-level: rtmp://user:s3cr3t@host", "host: http://s3cr3t/");
        assertThat(LoadedConfig.of(sources(Map.of("SLUICE_OPEN_TIMEOUT", "rtmp://s3cr3t/a")))
                        .faults())
                .hasSize(4)
                .noneMatch(line -> line.contains("s3cr3t"));
    }

    @Test
    void aFileThatIsNotThereIsTheOptionsFault() {
        assertThat(LoadedConfig.of(sources(Map.of())).faults()).containsExactly("--config: no such file: " + file);
        assertThat(LoadedConfig.of(new ConfigSources(Map.of("SLUICE_CONFIG", folder.toString()), List.of()))
                        .faults())
                .singleElement()
                .asString()
                .startsWith("--config: ")
                .endsWith(" (set by SLUICE_CONFIG)");
    }

    @Test
    void readAgainItSaysWhatChangesAndWhatNeedsARestart() {
        write("port: 1", "max-message-bytes: 5000", "ffmpeg: /opt/ffmpeg");
        ConfigSources sources = sources(Map.of());
        LoadedConfig first = valid(sources);
        write("port: 2", "max-message-bytes: 6000", "publish: " + TEMPLATE);
        LoadedConfig next = first.reload(sources);
        assertThat(next.faults()).isEmpty();
        assertThat(next.changes().applied()).containsExactly("publish", "max-message-bytes");
        assertThat(next.changes().restartRequired()).containsExactly("port", "ffmpeg");
        assertThat(next.command().listen().port()).isEqualTo(1);
        assertThat(next.builder().config().ffmpeg().program()).isEqualTo(Path.of("/opt/ffmpeg"));
        assertThat(next.builder().config().limits().session().buffers().maxMessageBytes())
                .isEqualTo(6000);
        assertThat(next.reload(sources).changes()).isEqualTo(new ConfigChanges(List.of(), List.of("port", "ffmpeg")));
    }

    @Test
    void whatNeedsARestartIsCheckedAllTheSame() {
        write("port: 1");
        ConfigSources sources = sources(Map.of());
        LoadedConfig first = valid(sources);
        write("port: 99999");
        assertThat(first.reload(sources).faults()).singleElement().asString().contains("99999");
    }

    @Test
    void whoDecidesStaysAsLongAsNothingOfItChanges() {
        write("auth-url: http://localhost/auth");
        ConfigSources sources = sources(Map.of());
        LoadedConfig first = valid(sources);
        write("auth-url: http://localhost/auth", "publish: " + TEMPLATE, "allow-output: rtmp://other");
        LoadedConfig same = first.reload(sources);
        assertThat(same.authorizer()).isNotNull().isSameAs(first.authorizer());
        write("auth-url: http://localhost/auth", "auth-timeout: 3s");
        assertThat(first.reload(sources).authorizer()).isNotNull().isNotSameAs(first.authorizer());
        write("auth-url: http://localhost/auth", "auth-timeout: 3s", "prot: 1");
        assertThat(first.reload(sources).faults()).hasSize(1);
        write("# nothing");
        assertThat(first.reload(sources).authorizer()).isNull();
    }

    @Test
    void tlsIsNotSwitchedOnWhileTheGatewayRuns() {
        write("tls-cert: /no/such", "tls-key: /no/such");
        CommandSpec with = new ConfigSources(Map.of(), List.of("--config", file.toString()))
                .parse(GatewayCommand.line(new GatewayCommand()), null, new InvalidOptions());
        CommandSpec on = new ConfigSources(Map.of(), List.of("--tls-cert=a", "--tls-key=b"))
                .parse(GatewayCommand.line(new GatewayCommand()), null, new InvalidOptions());
        CommandSpec other = new ConfigSources(Map.of(), List.of("--tls-cert=a", "--tls-key=c"))
                .parse(GatewayCommand.line(new GatewayCommand()), null, new InvalidOptions());
        assertThat(ConfigChanges.between(on, other)).isEqualTo(new ConfigChanges(List.of("tls-key"), List.of()));
        assertThat(ConfigChanges.between(with, other))
                .isEqualTo(new ConfigChanges(List.of(), List.of("tls-cert", "tls-key")));
    }

    @Test
    void theAnnotatedFileNamesEveryOptionAndIsSoundOnceItsDefaultsAreTaken() throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(CommandRun.of(
                        Map.of("SLUICE_PORT", "wrong"), new PrintWriter(out), new PrintWriter(err), "--print-config"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        Files.writeString(file, out.toString());
        LoadedConfig untouched = valid(sources(Map.of()));
        assertThat(Objects.requireNonNull(untouched.file()).entries()).isEmpty();
        String uncommented = out.toString().replaceAll("(?m)^#(?=[a-z]|  - )", "");
        Files.writeString(file, uncommented.replaceAll("(?m)^[a-z-]+:(\n  -)? '?[A-Z|]+'?$", ""));
        LoadedConfig defaults = valid(sources(Map.of()));
        for (ConfigOption setting : ConfigOption.inFile(untouched.spec())) {
            assertThat(out.toString()).containsOnlyOnce("\n#" + setting.key() + ":");
            assertThat(value(defaults, setting.flag())).as(setting.flag()).isEqualTo(value(untouched, setting.flag()));
        }
        assertThat(Objects.requireNonNull(defaults.file()).entries()).hasSizeGreaterThan(10);
    }

    @Test
    void theDocumentationNamesWhatNeedsARestart() throws IOException {
        String page = Files.readString(Path.of("../docs/operating.md"));
        List<String> needing = ConfigOption.inFile(
                        valid(new ConfigSources(Map.of(), List.of())).spec())
                .stream()
                .filter(setting -> !setting.isReloadable())
                .map(setting -> "`" + setting.key() + "`")
                .toList();
        assertThat(page.replaceAll("\\s+", " ")).contains("These need a restart: " + String.join(", ", needing) + ".");
    }

    @Test
    void theExampleInTheDocumentationIsSound() throws IOException {
        String page = Files.readString(Path.of("../docs/operating.md"));
        int begin = page.indexOf("```yaml\n# /etc/sluice/sluice.yaml");
        assertThat(begin).isPositive();
        Files.writeString(
                file, page.substring(begin + 8, page.indexOf("```", begin + 8)).replaceAll("(?m)^auth-key.*\n", ""));
        assertThat(Objects.requireNonNull(valid(sources(Map.of())).file()).entries())
                .hasSizeGreaterThan(3);
    }
}
