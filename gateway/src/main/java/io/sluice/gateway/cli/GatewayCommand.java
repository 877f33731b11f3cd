package io.sluice.gateway.cli;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.GatewayVersion;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.cli.config.AnnotatedConfig;
import io.sluice.gateway.cli.config.ConfigOptions;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.Reloadable;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.output.PublishTemplate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
            "Every option can be given as an environment variable: --enhanced-rtmp is SLUICE_ENHANCED_RTMP;",
            "and in the file that --config names, as enhanced-rtmp. Flags beat variables, and those beat the file.",
            "Durations are written 500ms, 10s, 2m."
        })
public final class GatewayCommand implements Callable<Integer> {

    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private ListenOptions listen = new ListenOptions();

    @Reloadable
    @Option(
            names = "--publish",
            paramLabel = "URL",
            split = "\\s+",
            converter = TemplateConverter.class,
            description = "Where to publish, as in rtmp://host/app/{streamKey}; may be repeated. "
                    + "Without it, streams can be watched at /watch/KEY.")
    private List<String> publish = new ArrayList<>();

    @Reloadable
    @Option(names = "--preview", description = "Let streams be watched at /watch/KEY although they are published.")
    private boolean preview;

    @Reloadable
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

    @Mixin
    private FfmpegOptions ffmpegOptions = new FfmpegOptions();

    @Reloadable
    @Option(
            names = "--output-timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long an RTMP server may take nothing (default: ${DEFAULT-VALUE}).")
    private Duration outputTimeout = Duration.ZERO;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private ShutdownOptions shutdown = new ShutdownOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Reloadable
    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info or debug (default: ${DEFAULT-VALUE}).")
    private String logLevel = "";

    /** Ready to parse, for who asks and for who starts. */
    public static CommandLine line(GatewayCommand command) {
        CommandLine line = new CommandLine(command);
        line.addSubcommand(new HashKeyCommand());
        line.registerConverter(Duration.class, new DurationConverter());
        line.setAbbreviatedOptionsAllowed(false);
        return line;
    }

    /** Answers who asks for the file. */
    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        out.print(AnnotatedConfig.of(command));
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    public ConfigOptions config() {
        return config;
    }

    public ListenOptions listen() {
        return listen;
    }

    public ShutdownOptions shutdown() {
        return shutdown;
    }

    public AdminOptions admin() {
        return admin;
    }

    public LimitOptions limits() {
        return limits;
    }

    public AccessOptions access() {
        return access;
    }

    /** As the log's configuration has it. */
    public String logLevel() {
        String lower = logLevel.toLowerCase(Locale.ROOT);
        return (LOG_LEVELS.contains(lower) ? lower : "info").toUpperCase(Locale.ROOT);
    }

    /** Adds what is wrong with values that could be read. */
    public void check(InvalidOptions wrong) {
        listen.check(wrong);
        admin.check(wrong);
        ffmpegOptions.check(wrong);
        limits.check(wrong);
        wrong.when(
                !LOG_LEVELS.contains(logLevel.toLowerCase(Locale.ROOT)),
                spec,
                "--log-level",
                "'" + logLevel + "' is none of error, warn, info and debug");
    }

    /** What a gateway is to be made of, if nothing is wrong. */
    public GatewayBuilder builder(@Nullable Authorizer authorizer) {
        GatewayBuilder builder = Gateway.builder()
                .publishTo(publish.toArray(String[]::new))
                .preview(preview || publish.isEmpty())
                .enhancedRtmp(enhancedRtmp)
                .ffmpegEnvironment(ffmpegEnvironment.toArray(String[]::new))
                .ffmpegLimits(ffmpegOptions.limits())
                .outputTimeout(outputTimeout);
        limits.applyTo(builder, access.authorizeTimeout());
        access.applyTo(builder, authorizer, publish);
        return ffmpeg == null ? builder : builder.ffmpeg(ffmpeg);
    }

    /** What befell the FFmpeg is the option's fault, if it was set. */
    Exception blame(FfmpegUnavailableException e) {
        return ffmpeg == null ? e : InvalidOption.because(spec, "--ffmpeg", e);
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
