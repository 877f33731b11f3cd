package io.sluice.gateway;

import io.sluice.gateway.ffmpeg.FfmpegUnavailableException;
import io.sluice.gateway.session.PublishTemplate;
import io.sluice.gateway.session.SessionLimits;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line: what can be set, and what is wrong with what was set. */
@Command(
        name = "sluice",
        description = "Takes live media from browsers by WebSocket and hands it to FFmpeg, which publishes it by RTMP.",
        mixinStandardHelpOptions = true,
        versionProvider = GatewayCommand.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "Every option can be given as an environment variable: --enhanced-rtmp is SLUICE_ENHANCED_RTMP.",
            "Durations are written 500ms, 10s, 2m."
        })
final class GatewayCommand implements Callable<Integer> {

    /** The command goes on after {@link #run} has returned. */
    static final int SERVING = -1;

    private static final int MIN_MESSAGE_BYTES = 1_024;
    private static final int MIN_BITS_PER_SECOND = 100_000;
    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ListenOptions listen = new ListenOptions();

    @Option(
            names = "--publish",
            paramLabel = "URL",
            split = "\\s+",
            converter = TemplateConverter.class,
            description = "Where to publish, as in rtmp://host/app/{streamKey}; may be repeated. "
                    + "Without it, streams can be watched at /watch/KEY.")
    private List<String> publish = new ArrayList<>();

    @Option(names = "--preview", description = "Let streams be watched at /watch/KEY although they are published.")
    private boolean preview;

    @Option(
            names = "--enhanced-rtmp",
            description = "The receivers take Enhanced RTMP: copy HEVC, AV1, VP9 and Opus to them.")
    private boolean enhancedRtmp;

    @Option(
            names = "--ffmpeg",
            paramLabel = "PATH",
            description = "The FFmpeg to use (default: the one on the PATH, else the bundled one).")
    private @Nullable Path ffmpeg;

    @Option(
            names = "--ffmpeg-env",
            paramLabel = "NAMES",
            split = ",",
            description =
                    "Environment variables that FFmpeg gets besides the usual few; a trailing * stands for any ending.")
    private List<String> ffmpegEnvironment = new ArrayList<>();

    @Option(
            names = "--open-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "From the upgrade to the open message (default: ${DEFAULT-VALUE}).")
    private Duration openTimeout = Duration.ZERO;

    @Option(
            names = "--media-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long a live client may send nothing (default: ${DEFAULT-VALUE}).")
    private Duration mediaTimeout = Duration.ZERO;

    @Option(
            names = "--stall-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long FFmpeg may take nothing while media waits (default: ${DEFAULT-VALUE}).")
    private Duration stallTimeout = Duration.ZERO;

    @Option(
            names = "--finish-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "From the end of the media to FFmpeg's own end (default: ${DEFAULT-VALUE}).")
    private Duration finishTimeout = Duration.ZERO;

    @Option(
            names = "--output-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long an RTMP server may take nothing (default: ${DEFAULT-VALUE}).")
    private Duration outputTimeout = Duration.ZERO;

    @Option(
            names = "--max-message-bytes",
            paramLabel = "BYTES",
            defaultValue = "8388608",
            description = "The largest WebSocket message (default: ${DEFAULT-VALUE}).")
    private int maxMessageBytes;

    @Option(
            names = "--max-bits-per-second",
            paramLabel = "BITS",
            defaultValue = "10000000",
            description = "What clients are told to stay below (default: ${DEFAULT-VALUE}).")
    private int maxBitsPerSecond;

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info or debug (default: ${DEFAULT-VALUE}).")
    private String logLevel = "";

    /** Reads the command line and does what it says. */
    static int run(String... arguments) {
        return run(
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
    }

    static int run(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine command = new CommandLine(new GatewayCommand());
        command.addSubcommand(new HashKeyCommand());
        command.registerConverter(Duration.class, new DurationConverter());
        command.setOut(out);
        command.setErr(err);
        // Who does not start the gateway must be answered, also where a variable is set wrongly.
        boolean asks = !Collections.disjoint(
                List.of(arguments), List.of("-h", "--help", "-V", "--version", HashKeyCommand.NAME));
        EnvironmentDefaults defaults = new EnvironmentDefaults(asks ? Map.of() : environment);
        command.setDefaultValueProvider(defaults);
        command.setParameterExceptionHandler((e, args) -> complain(err, e, defaults.sourceOf(e, List.of(args))));
        command.setExecutionExceptionHandler(
                (e, line, parsed) -> complain(err, e, defaults.sourceOf(e, parsed.originalArgs())));
        command.setAbbreviatedOptionsAllowed(false);
        return command.execute(arguments);
    }

    private static int complain(PrintWriter err, Exception error, String source) {
        boolean usage = error instanceof ParameterException;
        err.println("sluice: " + oneLine(error) + source + (usage ? "; see --help" : ""));
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private static String oneLine(Throwable error) {
        return Objects.requireNonNullElse(error.getMessage(), error.toString())
                .strip()
                .replaceAll("\\s*\\R\\s*", " ");
    }

    @Override
    public Integer call() throws Exception {
        check();
        // Before the first logger is made.
        System.setProperty("sluice.logLevel", logLevel.toUpperCase(Locale.ROOT));
        try {
            AdminPlace operators = admin.place();
            GatewayBuilder builder = gateway();
            if (operators != null) {
                builder.meterRegistry(operators.meters().registry());
            }
            GatewayServer.start(builder, listen.host(), listen.port(), listen.tls(), operators);
        } catch (FfmpegUnavailableException e) {
            if (ffmpeg != null) {
                throw WrongOption.because(spec, "--ffmpeg", e);
            }
            throw e;
        }
        return SERVING;
    }

    private void check() {
        listen.check();
        admin.check();
        if (maxMessageBytes < MIN_MESSAGE_BYTES) {
            throw new WrongOption(spec, "--max-message-bytes", "must be at least " + MIN_MESSAGE_BYTES);
        }
        if (maxBitsPerSecond < MIN_BITS_PER_SECOND) {
            throw new WrongOption(spec, "--max-bits-per-second", "must be at least " + MIN_BITS_PER_SECOND);
        }
        if (!LOG_LEVELS.contains(logLevel.toLowerCase(Locale.ROOT))) {
            throw new WrongOption(spec, "--log-level", "'" + logLevel + "' is none of error, warn, info and debug");
        }
    }

    private GatewayBuilder gateway() {
        SessionLimits defaults = SessionLimits.defaults();
        GatewayBuilder builder = Gateway.builder()
                .publishTo(publish.toArray(String[]::new))
                .preview(preview || publish.isEmpty())
                .enhancedRtmp(enhancedRtmp)
                .ffmpegEnvironment(ffmpegEnvironment.toArray(String[]::new))
                .outputTimeout(outputTimeout)
                .limits(new SessionLimits(
                        openTimeout,
                        access.authorizeTimeout(),
                        mediaTimeout,
                        stallTimeout,
                        finishTimeout,
                        defaults.lowWaterBytes(),
                        defaults.highWaterBytes(),
                        maxMessageBytes,
                        maxBitsPerSecond,
                        defaults.timeslice()));
        access.applyTo(builder, publish);
        return ffmpeg == null ? builder : builder.ffmpeg(ffmpeg);
    }

    /** Checks a publish URL; what is wrong with it is said without repeating it, because it may hold a key. */
    static final class TemplateConverter implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            try {
                PublishTemplate.parse(value);
                return value;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Answers {@code --version}. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"Sluice " + GatewayVersion.VERSION};
        }
    }
}
