package io.sluice.gateway.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice version}: the same as {@code sluice --version}. */
@Command(name = "version", description = "Print the version.", versionProvider = GatewayCommand.Version.class)
final class VersionCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.printVersionHelp(line.getOut());
        return CommandLine.ExitCode.OK;
    }
}
