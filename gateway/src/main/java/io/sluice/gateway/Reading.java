package io.sluice.gateway;

import io.sluice.gateway.session.Authorizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
record Reading(
        GatewayCommand command,
        CommandSpec spec,
        @Nullable ConfigFile file,
        GatewayBuilder builder,
        @Nullable Authorizer authorizer,
        @Nullable TlsFiles tls,
        @Nullable AdminPlace operators,
        SettingChanges changes,
        List<String> faults) {

    /** Reads for the first time. Blocks; makes loggers. */
    static Reading of(Sources sources) {
        return read(sources, null);
    }

    /**
     * Reads again, to take the place of this. What needs a restart is checked, and keeps its value; an authorizer of which nothing changes
     * stays, with what it remembers. Blocks.
     */
    Reading again(Sources sources) {
        return read(sources, this);
    }

    private static Reading read(Sources sources, @Nullable Reading before) {
        WrongOptions wrong = new WrongOptions();
        ConfigFile file = sources.file(wrong);
        GatewayCommand command = new GatewayCommand();
        ParseResult parsed = sources.read(command, file);
        parsed.errors().forEach(wrong::add);
        command.check(wrong);
        CommandSpec spec = parsed.commandSpec();
        SettingChanges changes =
                before == null ? new SettingChanges(List.of(), List.of()) : SettingChanges.between(before.spec, spec);
        if (before == null) {
            LogLevel.beforeTheFirstLogger(command.logLevel());
        }
        Authorizer authorizer = before != null && changes.live().stream().noneMatch(AccessOptions::makesAuthorizer)
                ? before.authorizer
                : command.access().authorizer(wrong);
        TlsFiles tls = command.listen().tls(wrong);
        AdminPlace operators = before == null ? command.admin().place(wrong) : before.operators;
        // Out of options that are wrong nothing can be made, and trying to would tell the same faults in other words.
        GatewayBuilder builder =
                wrong.all().isEmpty() ? wrong.tried(() -> builder(command, authorizer, operators)) : null;
        List<String> faults = new ArrayList<>(file == null ? List.of() : file.faults());
        wrong.all().forEach(error -> faults.add(sources.words(error, file)));
        if (!faults.isEmpty() && authorizer != null && (before == null || authorizer != before.authorizer)) {
            authorizer.dispose();
        }
        return new Reading(
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

    private static GatewayBuilder builder(
            GatewayCommand command, @Nullable Authorizer authorizer, @Nullable AdminPlace operators) {
        GatewayBuilder builder = command.builder(authorizer);
        return operators == null ? builder : builder.meters(operators.meters().metering());
    }
}
