package io.sluice.gateway.cli;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.cli.config.OptionGroup;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the gateway keeps what it needs on disk. */
@OptionGroup("Files")
final class StateOptions {

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Folder for previews and working directories, mode 700; gateways of one user can share it "
                    + "(default: sluice in $STATE_DIRECTORY, $XDG_STATE_HOME or ~/.local/state).")
    private @Nullable Path folder;

    void applyTo(GatewayBuilder builder) {
        if (folder != null) {
            builder.stateFolder(folder);
        }
    }
}
