package io.sluice.e2e.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What all trials of a run share.
 *
 * @param instruments the measuring programs
 * @param jar the gateway
 * @param java the runtime for the gateway and for the blocking one
 * @param folder where results and logs go
 * @param jvmOptions of the gateway
 * @param gatewayOptions besides those that are needed to measure at all
 */
record Bench(
        Instruments instruments,
        Path jar,
        Path java,
        Path folder,
        List<String> jvmOptions,
        List<String> gatewayOptions) {

    /** For a program that is started in this module's folder. */
    static Bench here(String... jvmOptions) {
        Path module = Path.of("").toAbsolutePath();
        Path folder = module.resolve("target/bench");
        if (!folder.toFile().isDirectory() && !folder.toFile().mkdirs()) {
            throw new AssertionError(folder + " cannot be made");
        }
        Path jar = module.resolve("../gateway/target/sluice.jar").normalize();
        if (!jar.toFile().isFile()) {
            throw new AssertionError(jar + " is missing: build it first");
        }
        return new Bench(
                Instruments.build(module.resolve("src/bench"), folder),
                jar,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                folder,
                List.of(jvmOptions),
                List.of("--max-bits-per-second", "100000000000", "--media-timeout", "10m"));
    }

    /** The beginning of a command: the gateway, listening at a port. */
    List<String> gateway(int port, List<String> moreJvmOptions) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(jvmOptions);
        command.addAll(moreJvmOptions);
        command.addAll(List.of("-jar", jar.toString(), "--port", Integer.toString(port)));
        return command;
    }

    /** The load generator, which says on its standard output how it is getting on. */
    Process load(int port, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(instruments.load().toString(), "-p", Integer.toString(port)));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("load.err").toFile())
                .start();
    }
}
