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
 * Makes lines for key files. The key comes by standard input, because every user of the machine may read arguments; the line goes to
 * standard output and nothing else does, so that it can be appended to the file.
 */
@Command(
        name = HashKeyCommand.NAME,
        description = "Makes a line for --auth-key-file from a stream key on standard input.",
        mixinStandardHelpOptions = true,
        versionProvider = GatewayCommand.Version.class,
        usageHelpAutoWidth = true)
final class HashKeyCommand implements Callable<Integer> {

    static final String NAME = "hash-key";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Whose key it is, for the log: letters, digits and . _ @ -")
    private String name = "";

    @Option(names = "--new", description = "Make a new key, and show it on standard error.")
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
            err.println("The stream key of " + name + ", which is shown this once: " + key);
        }
        return CommandLine.ExitCode.OK;
    }

    private static String firstLine() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return Objects.requireNonNullElse(in.readLine(), "").strip();
    }
}
