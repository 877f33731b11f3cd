package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.ConfigFile;
import io.sluice.gateway.cli.config.ConfigSources;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.server.GatewayServer;
import io.sluice.gateway.server.LoggerFlush;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** One run of the command: reads what is set, and answers, complains or starts to serve. */
final class CommandRun {

    /** The command goes on after its run has returned. */
    static final int SERVING = -1;

    private final ConfigSources sources;
    private final PrintWriter out;
    private final PrintWriter err;

    private CommandRun(ConfigSources sources, PrintWriter out, PrintWriter err) {
        this.sources = sources;
        this.out = out;
        this.err = err;
    }

    /** Runs for an operator. */
    static int of(String... arguments) {
        return of(
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
    }

    static int of(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandRun(new ConfigSources(environment, List.of(arguments)), out, err).run();
    }

    private int run() {
        // Who does not start the gateway must be answered, also where a variable or a file is wrong.
        GatewayCommand typed = new GatewayCommand();
        ParseResult asked = sources.typed(GatewayCommand.line(typed));
        if (asked.isUsageHelpRequested()
                || asked.isVersionHelpRequested()
                || asked.hasSubcommand()
                || typed.config().print()) {
            return answer();
        }
        LoadedConfig reading = LoadedConfig.of(sources);
        if (!reading.faults().isEmpty()) {
            reading.faults().forEach(fault -> err.println("sluice: " + fault + "; see --help"));
            return CommandLine.ExitCode.USAGE;
        }
        try {
            return typed.config().check() ? check(reading) : serve(reading);
        } catch (FfmpegUnavailableException e) {
            return complain(reading.command().blame(e), reading.file());
        } catch (IOException | RuntimeException e) {
            return complain(e, reading.file());
        }
    }

    private int answer() {
        return GatewayCommand.line(new GatewayCommand())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, all) -> complain(e, null))
                .setExecutionExceptionHandler((e, line, all) -> complain(e, null))
                .execute(sources.arguments().toArray(String[]::new));
    }

    private int check(LoadedConfig reading) throws IOException, FfmpegUnavailableException {
        reading.builder().findFfmpeg();
        // What the log has to say of it comes first.
        LoggerFlush.flush();
        out.println("The configuration is sound.");
        return CommandLine.ExitCode.OK;
    }

    private int serve(LoadedConfig reading) throws IOException, FfmpegUnavailableException {
        ConfigReloader.follow(sources, reading, GatewayServer.start(reading.server()));
        return SERVING;
    }

    private int complain(Exception error, @Nullable ConfigFile file) {
        boolean usage = error instanceof ParameterException;
        err.println("sluice: " + sources.words(GatewayCommand.line(new GatewayCommand()), error, file)
                + (usage ? "; see --help" : ""));
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }
}
