package io.sluice.gateway.cli;

import picocli.CommandLine.Command;

/** {@code sluice serve}: another way to write {@code sluice}. {@link CommandRun} removes it before parsing. */
@Command(
        name = ServeCommand.NAME,
        description = {"Start the gateway, as without a command.", "Options: sluice --help"},
        customSynopsis = "sluice serve [OPTIONS]")
final class ServeCommand {

    static final String NAME = "serve";
}
