package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.ConfigFile;
import io.sluice.gateway.cli.config.ConfigSources;
import io.sluice.gateway.cli.config.UnknownArguments;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.server.ConfigWarnings;
import io.sluice.gateway.server.GatewayServer;
import io.sluice.gateway.server.LoggerFlush;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** One run of the command: parses the options, then prints an answer, reports errors, or starts the gateway. */
final class CommandRun {

    /** In place of an exit code: the gateway runs on after the command has returned. */
    static final int SERVING = -1;

    private final ConfigSources sources;
    private final PrintWriter out;
    private final PrintWriter err;

    private CommandRun(ConfigSources sources, PrintWriter out, PrintWriter err) {
        this.sources = sources;
        this.out = out;
        this.err = err;
    }

    /** Runs with the process's environment and streams. */
    static int of(String... arguments) {
        return of(
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
    }

    static int of(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandRun(new ConfigSources(environment, withoutServe(arguments)), out, err).run();
    }

    /** Removes the command {@code serve}, which options may precede or follow. */
    private static List<String> withoutServe(String... arguments) {
        Set<String> switches = GatewayCommand.line(new GatewayCommand()).getCommandSpec().options().stream()
                .filter(option -> option.arity().max() == 0)
                .flatMap(option -> Stream.of(option.names()))
                .collect(Collectors.toSet());
        List<String> all = new ArrayList<>(List.of(arguments));
        int index = 0;
        while (index < all.size() && all.get(index).startsWith("-")) {
            String option = all.get(index);
            index += option.indexOf('=') >= 0 || switches.contains(option) ? 1 : 2;
        }
        if (index < all.size() && all.get(index).equals(ServeCommand.NAME)) {
            all.remove(index);
        }
        return all;
    }

    private int run() {
        // Help and the like must work even if a variable or the file is invalid.
        GatewayCommand typed = new GatewayCommand();
        ParseResult parsed = sources.parseArguments(GatewayCommand.line(typed));
        if (parsed.isUsageHelpRequested()
                || parsed.isVersionHelpRequested()
                || parsed.hasSubcommand()
                || typed.config().print()) {
            return answer(parsed);
        }
        LoadedConfig loaded = LoadedConfig.of(sources);
        if (typed.config().check()) {
            return check(loaded);
        }
        if (!loaded.faults().isEmpty()) {
            return reportFaults(loaded);
        }
        try {
            return serve(loaded);
        } catch (FfmpegUnavailableException e) {
            return complain(loaded.command().ffmpeg().error(e), loaded.file());
        } catch (IOException | RuntimeException e) {
            return complain(e, loaded.file());
        }
    }

    private int answer(ParseResult parsed) {
        return GatewayCommand.line(new GatewayCommand())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, all) -> complain(e, commandOf(parsed)))
                .setExecutionExceptionHandler((e, line, all) -> complain(e, (ConfigFile) null))
                .execute(sources.arguments().toArray(String[]::new));
    }

    /** All errors, or else all warnings. The exit code is that of a start. */
    private int check(LoadedConfig loaded) {
        int exitCode = CommandLine.ExitCode.OK;
        if (!loaded.faults().isEmpty()) {
            loaded.warnings().forEach(this::printWarning);
            exitCode = reportFaults(loaded);
        }
        try {
            if (loaded.faults().isEmpty()) {
                loaded.builder().findFfmpeg();
            } else {
                loaded.command().ffmpeg().probe();
            }
        } catch (FfmpegUnavailableException e) {
            exitCode = Math.max(exitCode, complain(loaded.command().ffmpeg().error(e), loaded.file()));
        }
        return exitCode == CommandLine.ExitCode.OK ? reportValid(loaded) : exitCode;
    }

    private int reportFaults(LoadedConfig loaded) {
        loaded.faults().forEach(fault -> err.println("sluice: " + fault + "; see --help"));
        return CommandLine.ExitCode.USAGE;
    }

    private int reportValid(LoadedConfig loaded) {
        List<String> warnings = new ArrayList<>(loaded.warnings());
        warnings.addAll(ConfigWarnings.of(loaded.server()));
        // FFmpeg's line in the log comes first.
        LoggerFlush.flush();
        warnings.forEach(this::printWarning);
        out.println(
                switch (warnings.size()) {
                    case 0 -> "The configuration is valid.";
                    case 1 -> "The configuration is valid, with 1 warning.";
                    default -> "The configuration is valid, with " + warnings.size() + " warnings.";
                });
        return CommandLine.ExitCode.OK;
    }

    private void printWarning(String warning) {
        err.println("sluice: warning: " + warning);
    }

    private int serve(LoadedConfig loaded) throws IOException, FfmpegUnavailableException {
        // Not a constant: the first logger reads the log's configuration, which the options change.
        Logger log = LoggerFactory.getLogger(CommandRun.class);
        loaded.warnings().forEach(log::warn);
        ConfigReloader.start(sources, loaded, GatewayServer.start(loaded.server()));
        return SERVING;
    }

    private static CommandSpec commandOf(ParseResult parsed) {
        return parsed.hasSubcommand() ? parsed.subcommand().commandSpec() : parsed.commandSpec();
    }

    private int complain(Exception error, CommandSpec command) {
        if (!(error instanceof UnmatchedArgumentException unmatched)) {
            return complain(error, (ConfigFile) null);
        }
        UnknownArguments.errors(command, unmatched.getUnmatched()).forEach(each -> complain(each, (ConfigFile) null));
        return CommandLine.ExitCode.USAGE;
    }

    private int complain(Exception error, @Nullable ConfigFile file) {
        boolean usage = error instanceof ParameterException;
        String message = sources.message(GatewayCommand.line(new GatewayCommand()), error, file);
        err.println("sluice: " + message + (usage ? "; see --help" : ""));
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }
}
