package io.sluice.gateway.cli;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.cli.config.ConfigChanges;
import io.sluice.gateway.cli.config.ConfigFile;
import io.sluice.gateway.cli.config.ConfigSources;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.server.AdminListener;
import io.sluice.gateway.server.ServerConfig;
import io.sluice.gateway.server.TlsFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options as they are set at one moment: all that is to hold, or all that is wrong.
 *
 * @param command the options
 * @param spec their declarations
 * @param file the configuration file, or null if there is none or it cannot be read
 * @param builder what a gateway is to be made of
 * @param authorizer who decides about publishers, or null for nobody
 * @param tls the certificate, or null
 * @param operators where operators get in, or null; what it was at the start
 * @param changes what differs from the reading before
 * @param faults all that is wrong, each in a line that names where it stands; then nothing else is of use
 */
public record LoadedConfig(
        GatewayCommand command,
        CommandSpec spec,
        @Nullable ConfigFile file,
        GatewayBuilder builder,
        @Nullable Authorizer authorizer,
        @Nullable TlsFiles tls,
        @Nullable AdminListener operators,
        ConfigChanges changes,
        List<String> faults) {

    /** Reads for the first time. Blocks; makes loggers. */
    public static LoadedConfig of(ConfigSources sources) {
        return read(sources, null);
    }

    /**
     * Reads again, to take the place of this. What needs a restart is checked, and keeps its value; an authorizer of which nothing changes
     * stays, with what it remembers. Blocks.
     */
    LoadedConfig again(ConfigSources sources) {
        return read(sources, this);
    }

    private static LoadedConfig read(ConfigSources sources, @Nullable LoadedConfig before) {
        InvalidOptions wrong = new InvalidOptions();
        ConfigFile file = sources.file(GatewayCommand.line(new GatewayCommand()), wrong);
        GatewayCommand command = new GatewayCommand();
        CommandLine line = GatewayCommand.line(command);
        ParseResult parsed = sources.read(line, file);
        parsed.errors().forEach(wrong::add);
        command.check(wrong);
        CommandSpec spec = parsed.commandSpec();
        ConfigChanges changes =
                before == null ? new ConfigChanges(List.of(), List.of()) : ConfigChanges.between(before.spec, spec);
        if (before == null) {
            LogLevel.beforeTheFirstLogger(command.logLevel());
        }
        Authorizer authorizer = before != null && changes.live().stream().noneMatch(AccessOptions::makesAuthorizer)
                ? before.authorizer
                : command.access().authorizer(wrong);
        TlsFiles tls = command.listen().tls(wrong);
        AdminListener operators = before == null ? command.admin().place(wrong) : before.operators;
        // Out of options that are wrong nothing can be made, and trying to would tell the same faults in other words.
        GatewayBuilder builder =
                wrong.all().isEmpty() ? wrong.tried(() -> builder(command, authorizer, operators)) : null;
        List<String> faults = new ArrayList<>(file == null ? List.of() : file.faults());
        wrong.all().forEach(error -> faults.add(sources.words(line, error, file)));
        if (!faults.isEmpty() && authorizer != null && (before == null || authorizer != before.authorizer)) {
            authorizer.dispose();
        }
        return new LoadedConfig(
                command,
                spec,
                file,
                Objects.requireNonNullElseGet(builder, Gateway::builder),
                authorizer,
                tls,
                operators,
                changes,
                List.copyOf(faults));
    }

    /** What the server is to be made of, if there are no faults. */
    ServerConfig server() {
        return new ServerConfig(
                command.listen().host(),
                command.listen().port(),
                tls,
                command.limits().connections(),
                operators,
                command.shutdown().drainTime(),
                builder);
    }

    private static GatewayBuilder builder(
            GatewayCommand command, @Nullable Authorizer authorizer, @Nullable AdminListener operators) {
        GatewayBuilder builder = command.builder(authorizer);
        return operators == null ? builder : builder.meters(operators.meters().metering());
    }
}
