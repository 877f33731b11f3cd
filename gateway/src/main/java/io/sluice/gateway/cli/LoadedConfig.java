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

/**
 * The configuration at one moment, or its errors.
 *
 * @param command the options
 * @param spec their declarations
 * @param file the configuration file, or null if there is none or it cannot be read
 * @param builder the configuration of a gateway
 * @param authorizer decides about publishers, or null for none
 * @param tls the certificate, or null
 * @param admin the listener of the admin API, or null; always that of the start
 * @param changes the difference to the configuration before
 * @param warnings deprecated names in use, one line each
 * @param faults all errors, one line each, with location; if there are any, the rest is not usable
 */
record LoadedConfig(
        GatewayCommand command,
        CommandSpec spec,
        @Nullable ConfigFile file,
        GatewayBuilder builder,
        @Nullable Authorizer authorizer,
        @Nullable TlsFiles tls,
        @Nullable AdminListener admin,
        ConfigChanges changes,
        List<String> warnings,
        List<String> faults) {

    /** Loads the configuration at start. Blocks; creates loggers. */
    static LoadedConfig of(ConfigSources sources) {
        return load(sources, null);
    }

    /**
     * Loads the configuration again, as a replacement of this one. Options that need a restart are checked, but keep
     * their value. The authorizer, with its cache, is kept unless its options change. Blocks.
     */
    LoadedConfig reload(ConfigSources sources) {
        return load(sources, this);
    }

    private static LoadedConfig load(ConfigSources sources, @Nullable LoadedConfig before) {
        InvalidOptions errors = new InvalidOptions();
        ConfigFile file = sources.readFile(GatewayCommand.line(new GatewayCommand()), errors);
        GatewayCommand command = new GatewayCommand();
        CommandLine line = GatewayCommand.line(command);
        CommandSpec spec = sources.parse(line, file, errors);
        command.check(errors);
        ConfigChanges changes =
                before == null ? new ConfigChanges(List.of(), List.of()) : ConfigChanges.between(before.spec, spec);
        if (before == null) {
            LogSetup.beforeFirstLogger(command.log());
        }
        Authorizer authorizer =
                before != null && changes.applied().stream().noneMatch(AccessOptions::needsNewAuthorizer)
                        ? before.authorizer
                        : command.access().authorizer(errors);
        TlsFiles tls = command.listen().tls(errors);
        AdminListener admin = before == null ? command.admin().listener(errors) : before.admin;
        // Invalid options would only cause more errors about the same values.
        GatewayBuilder builder =
                errors.all().isEmpty() ? errors.collect(() -> builder(command, authorizer, admin)) : null;
        List<String> faults = new ArrayList<>(file == null ? List.of() : file.faults());
        errors.all().forEach(error -> faults.add(sources.message(line, error, file)));
        if (!faults.isEmpty() && authorizer != null && (before == null || authorizer != before.authorizer)) {
            authorizer.dispose();
        }
        if (!faults.isEmpty() && before == null && admin != null) {
            admin.meters().close();
        }
        return new LoadedConfig(
                command,
                spec,
                file,
                Objects.requireNonNullElseGet(builder, Gateway::builder),
                authorizer,
                tls,
                admin,
                changes,
                sources.deprecations(line, file),
                List.copyOf(faults));
    }

    /** The configuration of the server, if there are no faults. */
    ServerConfig server() {
        return new ServerConfig(
                command.listen().host(),
                command.listen().port(),
                tls,
                command.limits().connections(),
                admin,
                command.shutdown().drainTime(),
                builder);
    }

    private static GatewayBuilder builder(
            GatewayCommand command, @Nullable Authorizer authorizer, @Nullable AdminListener admin) {
        GatewayBuilder builder = command.builder(authorizer);
        return admin == null ? builder : builder.meters(admin.meters().binding());
    }
}
