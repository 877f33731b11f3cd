package io.sluice.gateway.cli;

import io.sluice.gateway.auth.KeyFileEntry;
import io.sluice.protocol.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Creates lines for key files. The key is read from standard input, because all users of the host can read arguments.
 * Only the line is written to standard output, so that it can be appended to the file.
 */
@Command(
        name = HashKeyCommand.NAME,
        description = "Create a line for --auth-key-file from a stream key on standard input.",
        customSynopsis = "sluice hash-key [--new] NAME",
        mixinStandardHelpOptions = true,
        versionProvider = GatewayCommand.Version.class,
        usageHelpWidth = 100)
final class HashKeyCommand implements Callable<Integer> {

    static final String NAME = "hash-key";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Name of the key's owner, for the log: letters, digits and . _ @ -")
    private String name = "";

    @Option(names = "--new", description = "Create a new key, and print it to standard error.")
    private boolean makeNew;

    @Override
    public Integer call() throws IOException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        PrintWriter err = command.getErr();
        String key = makeNew ? KeyFileEntry.newKey() : firstLine();
        Result<String> line = KeyFileEntry.of(name, key);
        if (line instanceof Result.Refused<String> refused) {
            throw new ParameterException(command, refused.failure().message());
        }
        command.getOut().println(line.orElseThrow());
        if (makeNew) {
            err.println("Stream key of " + name + " (shown only once): " + key);
        }
        return CommandLine.ExitCode.OK;
    }

    private static String firstLine() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return Objects.requireNonNullElse(in.readLine(), "").strip();
    }
}
