package io.sluice.gateway.cli;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.GatewayVersion;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.cli.config.AnnotatedConfig;
import io.sluice.gateway.cli.config.ConfigOptions;
import io.sluice.gateway.cli.config.InvalidOptions;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** The command line and its options. */
@Command(
        name = "sluice",
        description = "Receives live media from browsers by WebSocket, and publishes it by RTMP with FFmpeg.",
        customSynopsis = {
            "sluice [OPTIONS]         start the gateway",
            "       sluice COMMAND [...]     one of the commands at the end%n"
        },
        versionProvider = GatewayCommand.Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Each option is also an environment variable (--enhanced-rtmp is SLUICE_ENHANCED_RTMP) and a key",
            "of the --config file (enhanced-rtmp). Flags override variables, and variables override the file.",
            "Sizes: 64K, 5M, 1G (powers of 1024). Bit rates: 2500k, 5M (powers of 1000).",
            "Durations: 500ms, 10s, 2m, 1h. Switches: true or yes, false or no."
        })
final class GatewayCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ListenOptions listen = new ListenOptions();

    @Mixin
    private PublishOptions publish = new PublishOptions();

    @Mixin
    private OutputRuleOptions outputRules = new OutputRuleOptions();

    @Mixin
    private FfmpegOptions ffmpeg = new FfmpegOptions();

    @Mixin
    private StateOptions state = new StateOptions();

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Mixin
    private ShutdownOptions shutdown = new ShutdownOptions();

    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    /** A command line that is ready to parse. */
    static CommandLine line(GatewayCommand command) {
        CommandLine line = new CommandLine(command);
        line.registerConverter(Duration.class, new DurationConverter());
        line.registerConverter(boolean.class, new SwitchConverter());
        line.registerConverter(int.class, new CountConverter());
        line.registerConverter(Integer.class, new CountConverter());
        line.addSubcommand(new ServeCommand());
        line.addSubcommand(new HashKeyCommand());
        line.addSubcommand(new CommandLine.HelpCommand());
        line.addSubcommand(new VersionCommand());
        line.setAbbreviatedOptionsAllowed(false);
        line.getCommandSpec()
                .addOption(flag("Print this help and exit.", "-h", "--help")
                        .usageHelp(true)
                        .build())
                .addOption(flag("Print the version and exit.", "-v", "-V", "--version")
                        .versionHelp(true)
                        .build());
        GroupedHelp.install(line);
        return line;
    }

    private static OptionSpec.Builder flag(String description, String... names) {
        return OptionSpec.builder(names).type(boolean.class).description(description);
    }

    /** Prints the annotated configuration file. */
    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter out = command.commandLine().getOut();
        out.print(AnnotatedConfig.of(command));
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    ConfigOptions config() {
        return config;
    }

    ListenOptions listen() {
        return listen;
    }

    FfmpegOptions ffmpeg() {
        return ffmpeg;
    }

    ShutdownOptions shutdown() {
        return shutdown;
    }

    AdminOptions admin() {
        return admin;
    }

    LimitOptions limits() {
        return limits;
    }

    AccessOptions access() {
        return access;
    }

    LogOptions log() {
        return log;
    }

    /** Adds the errors of values that could be parsed. */
    void check(InvalidOptions errors) {
        listen.check(errors);
        publish.check(errors);
        outputRules.check(errors);
        ffmpeg.check(errors);
        limits.check(errors);
        admin.check(errors);
        log.check(errors);
    }

    /** The configuration of a gateway, if no option is invalid. */
    GatewayBuilder builder(@Nullable Authorizer authorizer) {
        GatewayBuilder builder = Gateway.builder();
        publish.applyTo(builder);
        ffmpeg.applyTo(builder);
        state.applyTo(builder);
        outputRules.applyTo(builder);
        limits.applyTo(builder, access.authorizeTimeout(), outputRules);
        access.applyTo(builder, authorizer, publish.publish());
        return builder;
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"Sluice " + GatewayVersion.VERSION};
        }
    }
}
