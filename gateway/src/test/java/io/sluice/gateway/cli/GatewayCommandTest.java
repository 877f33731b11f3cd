package io.sluice.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayVersion;
import io.sluice.gateway.cli.config.ConfigOption;
import io.sluice.gateway.cli.config.ConfigSources;
import io.sluice.gateway.cli.config.InvalidOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command line up to the start of the server, which is tested with the packaged jar. */
class GatewayCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> environment, String... arguments) {
        return CommandRun.of(environment, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private void assertComplains(int exitCode, String words) {
        assertThat(exitCode).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("sluice: ").contains(words).endsWith("\n");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "--port, http",
        "--port, -1",
        "--port, 65536",
        "--publish, http://host/app",
        "--publish, 'rtmp://host/app/{streamKey} file:///x'",
        "--ffmpeg, /no/such/ffmpeg",
        "--ffmpeg, /tmp",
        "--open-timeout, 10",
        "--media-timeout, 0s",
        "--output-stall, -1s",
        "--output-patience, soon",
        "--max-delay, 4",
        "--replay-bytes, 1K",
        "--replay-bytes, 1G",
        "--replay-memory, much",
        "--require-outputs, some",
        "--resume-window, 30",
        "--lag-timeout, 0s",
        "--max-timestamp-gap, 10",
        "--finish-timeout, 1d",
        "--output-timeout, soon",
        "--max-message-bytes, 1",
        "--max-message-bytes, 8MB",
        "--max-bits-per-second, 1",
        "--max-burst-bytes, 1000",
        "--max-frame-rate, 0",
        "--max-control-rate, -1",
        "--max-ping-rate, 0",
        "--max-duration, 12",
        "--request-timeout, 0s",
        "--max-connections, 0",
        "--max-connections-per-address, 0",
        "--write-timeout, 0s",
        "--max-streams, 0",
        "--max-cpu-percent, 0",
        "--min-free-memory, -1",
        "--max-streams-per-address, 0",
        "--max-start-rate, -1",
        "--max-start-rate-per-address, 0",
        "--max-start-rate-per-key, 0",
        "--allow-origin, example.org",
        "--allow-origin, null",
        "--allow-origin, https://a.example/page",
        "--trusted-proxy, proxy.example.org",
        "--trusted-proxy, 10.0.0.0/33",
        "--trusted-proxy, '10.0.0.0/8 ::1/129'",
        "--proxy-header, via",
        "--auth-key-file, /no/such/file",
        "--auth-key-file, /tmp",
        "--auth-jwt-keys, /no/such/file",
        "--tls-cert, pom.xml",
        "--tls-key, pom.xml",
        "--auth-jwt-keys, pom.xml",
        "--auth-jwt-keys, ftp://login.example.org/keys",
        "--auth-url, example.org",
        "--auth-url, http://user:password@example.org/",
        "--auth-cache-ttl, 5",
        "--auth-url-concurrency, many",
        "--auth-timeout, 5",
        "--allow-output, live.example.org",
        "--allow-output, rtmp://live.example.org/app",
        "--drain-time, soon",
        "--drain-time, -1s",
        "--admin-port, 9090",
        "--admin-port, -1",
        "--admin-port, 70000",
        "--admin-token-file, pom.xml",
        "--log-level, loud",
        "--log-format, xml",
        "--preview, perhaps",
        "--max-bits-per-second, 5Mbps",
    })
    void aWrongValueIsOneLineThatNamesTheOptionOrItsVariable(String option, String value) {
        assertComplains(run(Map.of(), option + "=" + value), option);
        err.getBuffer().setLength(0);
        String variable = "SLUICE_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
        int exitCode = run(Map.of(variable, value));
        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line -> assertThat(line).containsAnyOf(option, variable));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--prot", "--port", "8080", "-x", "--preview=perhaps"})
    void whatIsNoOptionIsOneLine(String argument) {
        assertComplains(run(Map.of(), argument), "--help");
    }

    @Test
    void abbreviationsAreNotGuessed() {
        assertComplains(run(Map.of(), "--publ", "rtmp://host/app/x"), "--publ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtmp://host/app/s3cr3t with a space file://",
                "http://host/s3cr3t",
                "s3cr3t",
                "rtmp://user:s3cr3t@/app",
                "rtmp://host/app/{s3cr3t}"
            })
    void aPublishUrlIsNotRepeatedBecauseItMayHoldAKey(String url) {
        assertComplains(run(Map.of(), "--publish", url), "publish URL");
        assertThat(err.toString()).doesNotContain("s3cr3t");
        err.getBuffer().setLength(0);
        assertComplains(run(Map.of("SLUICE_PUBLISH", url)), "publish URL");
        assertThat(err.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void helpSaysWhatThereIsAndHowElseToSetIt() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out.toString()).contains("--publish", "--enhanced-rtmp", "SLUICE_ENHANCED_RTMP", "default: 8080");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theVersionIsOneLine() {
        assertThat(run(Map.of(), "--version")).isZero();
        assertThat(out.toString().strip()).isEqualTo("Sluice " + GatewayVersion.VERSION);
        assertThat(GatewayVersion.VERSION).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    private static CommandSpec parsed(Map<String, String> environment, String... arguments) {
        InvalidOptions errors = new InvalidOptions();
        CommandSpec command = new ConfigSources(environment, List.of(arguments))
                .parse(GatewayCommand.line(new GatewayCommand()), null, errors);
        assertThat(errors.all()).isEmpty();
        return command;
    }

    private static String value(CommandSpec command, String option) {
        OptionSpec spec = Objects.requireNonNull(command.findOption(option));
        return Objects.toString(spec.getValue());
    }

    static Stream<String> options() {
        return ConfigOption.in(new CommandLine(new GatewayCommand()).getCommandSpec()).stream()
                .map(ConfigOption::flag);
    }

    /** A value that no default has, and what it is read as. */
    private static final Map<String, String> OTHER = Map.ofEntries(
            Map.entry("--config", "/etc/sluice/sluice.yaml"),
            Map.entry("--host", "0.0.0.0"),
            Map.entry("--port", "1"),
            Map.entry("--tls-cert", "/etc/sluice/chain.pem"),
            Map.entry("--tls-key", "/etc/sluice/key.pem"),
            Map.entry("--publish", "rtmp://host/app/{streamKey}"),
            Map.entry("--preview", "true"),
            Map.entry("--enhanced-rtmp", "true"),
            Map.entry("--ffmpeg", "/usr/bin/ffmpeg"),
            Map.entry("--ffmpeg-env", "LIBVA_*"),
            Map.entry("--open-timeout", "1s"),
            Map.entry("--media-timeout", "2s"),
            Map.entry("--output-stall", "3s"),
            Map.entry("--output-patience", "0s"),
            Map.entry("--max-delay", "0s"),
            Map.entry("--replay-bytes", "64K"),
            Map.entry("--replay-memory", "100M"),
            Map.entry("--require-outputs", "all"),
            Map.entry("--resume-window", "9s"),
            Map.entry("--lag-timeout", "6s"),
            Map.entry("--max-timestamp-gap", "7s"),
            Map.entry("--finish-timeout", "4s"),
            Map.entry("--output-timeout", "5s"),
            Map.entry("--max-message-bytes", "12345"),
            Map.entry("--max-bits-per-second", "100000000000"),
            Map.entry("--max-burst-bytes", "10000000000"),
            Map.entry("--max-frame-rate", "1000000"),
            Map.entry("--max-control-rate", "7"),
            Map.entry("--max-ping-rate", "8"),
            Map.entry("--max-duration", "720m"),
            Map.entry("--max-handshake-rate", "17"),
            Map.entry("--max-handshake-rate-per-address", "18"),
            Map.entry("--hsts-max-age", "0"),
            Map.entry("--output-ca-file", "src/main/resources/io/sluice/gateway/ffmpeg/install/trial/authority.pem"),
            Map.entry("--output-tls-insecure", "true"),
            Map.entry("--request-timeout", "9s"),
            Map.entry("--max-connections", "123"),
            Map.entry("--max-connections-per-address", "124"),
            Map.entry("--write-timeout", "8s"),
            Map.entry("--max-streams", "11"),
            Map.entry("--max-cpu-percent", "80"),
            Map.entry("--min-free-memory", "10000000000"),
            Map.entry("--max-streams-per-address", "12"),
            Map.entry("--max-start-rate", "13"),
            Map.entry("--max-start-rate-per-address", "14"),
            Map.entry("--max-start-rate-per-key", "15"),
            Map.entry("--allow-origin", "https://studio.example.org"),
            Map.entry("--allow-output", "rtmps://live.example.org"),
            Map.entry("--auth-key-file", "/etc/sluice/keys"),
            Map.entry("--auth-jwt-keys", "https://login.example.org/keys"),
            Map.entry("--auth-jwt-key-claim", "sub"),
            Map.entry("--auth-jwt-issuer", "https://login.example.org"),
            Map.entry("--auth-jwt-audience", "sluice"),
            Map.entry("--auth-jwt-algorithms", "ES256,ES384"),
            Map.entry("--auth-url", "https://example.org/auth"),
            Map.entry("--auth-cache-ttl", "1s"),
            Map.entry("--auth-url-concurrency", "7"),
            Map.entry("--auth-timeout", "6s"),
            Map.entry("--trusted-proxy", "10.0.0.0/8"),
            Map.entry("--proxy-header", "forwarded"),
            Map.entry("--drain-time", "7m"),
            Map.entry("--admin-host", "0.0.0.0"),
            Map.entry("--admin-port", "2"),
            Map.entry("--admin-token-file", "/etc/sluice/tokens"),
            Map.entry("--ffmpeg-memory", "512M"),
            Map.entry("--ffmpeg-nice", "0"),
            Map.entry("--ffmpeg-cpu-time", "60m"),
            Map.entry("--ffmpeg-user", "sluice-ffmpeg"),
            Map.entry("--max-pixels", "921600"),
            Map.entry("--state-dir", "/var/lib/sluice"),
            Map.entry("--log-level", "debug"),
            Map.entry("--log-format", "json"));

    @ParameterizedTest
    @MethodSource("options")
    void everyOptionIsAVariableToo(String option) {
        String variable = "SLUICE_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
        String other = OTHER.get(option);
        assertThat(other).as("this test knows no value for " + option).isNotNull();
        String byVariable = value(parsed(Map.of(variable, other)), option);
        assertThat(byVariable).isEqualTo(value(parsed(Map.of(), option + "=" + other), option));
        assertThat(byVariable).isNotEqualTo(value(parsed(Map.of()), option));
    }

    @ParameterizedTest
    @CsvSource({
        "--ffmpeg-memory, 12",
        "--ffmpeg-memory, much",
        "--ffmpeg-memory, -1M",
        "--ffmpeg-nice, -1",
        "--ffmpeg-nice, 20",
        "--ffmpeg-cpu-time, 10ms",
        "--max-pixels, 0",
        "--max-pixels, 99999999999"
    })
    void aLimitOfFFmpegThatMakesNoSenseIsOneLine(String option, String value) {
        assertComplains(run(Map.of(), option + "=" + value), option);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "HS256", "ES256,none", "es256"})
    void tokensAreNeverSignedWithASharedSecretOrNotAtAll(String algorithms) {
        assertComplains(
                run(Map.of(), "--auth-jwt-keys", "http://localhost/keys", "--auth-jwt-algorithms", algorithms),
                "--auth-jwt-algorithms");
    }

    @Test
    void filesThatAreNoCertificateAndKeyAreOneLine() {
        assertComplains(run(Map.of(), "--tls-cert", "pom.xml", "--tls-key", "pom.xml"), "no PEM certificate");
        err.getBuffer().setLength(0);
        assertComplains(run(Map.of(), "--tls-cert", "/no/such", "--tls-key", "pom.xml"), "no such file: /no/such");
    }

    @Test
    void operatorsNeedAFileOfTokens(@TempDir Path folder) throws IOException {
        assertComplains(run(Map.of(), "--admin-port", "0", "--admin-token-file", "/no/such"), "no such file: /no/such");
        err.getBuffer().setLength(0);
        assertComplains(run(Map.of(), "--admin-port", "0", "--admin-token-file", "pom.xml"), "one token per line");
        err.getBuffer().setLength(0);
        String tokens = Files.writeString(folder.resolve("tokens"), "a-token-of-more-than-thirty-two-characters\n")
                .toString();
        assertComplains(
                run(
                        Map.of(),
                        "--admin-port",
                        "0",
                        "--admin-host",
                        "no.such.host.invalid",
                        "--admin-token-file",
                        tokens),
                "--admin-host");
    }

    @Test
    void anAddressIsNotRepeatedBecauseItMayHoldASecret() {
        assertComplains(run(Map.of(), "--auth-url", "http://host/ ?token=s3cr3t"), "--auth-url");
        assertThat(err.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void theOptionBeatsTheVariable() {
        assertThat(value(parsed(Map.of("SLUICE_PORT", "1"), "--port", "2"), "--port"))
                .isEqualTo("2");
        assertThat(value(parsed(Map.of("SLUICE_PUBLISH", "rtmp://a/b"), "--publish", "rtmp://c/d"), "--publish"))
                .isEqualTo("[rtmp://c/d]");
        assertThat(value(parsed(Map.of("SLUICE_PREVIEW", "true"), "--preview=false"), "--preview"))
                .isEqualTo("false");
    }

    @Test
    void severalOutputsMayBeNamedInEitherWay() {
        String both = "rtmp://a/b/{streamKey} rtmps://c/d";
        String expected = Stream.of(both.split(" ", -1)).collect(Collectors.joining(", ", "[", "]"));
        assertThat(value(parsed(Map.of("SLUICE_PUBLISH", both)), "--publish")).isEqualTo(expected);
        assertThat(value(
                        parsed(Map.of(), "--publish", "rtmp://a/b/{streamKey}", "--publish", "rtmps://c/d"),
                        "--publish"))
                .isEqualTo(expected);
    }
}
