package io.sluice.e2e.bench;

import java.nio.file.Path;
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

    static Bench inModule(Path module) {
        Path folder = module.resolve("target/bench").toAbsolutePath();
        if (!folder.toFile().isDirectory() && !folder.toFile().mkdirs()) {
            throw new AssertionError(folder + " cannot be made");
        }
        Path jar =
                module.resolve("../gateway/target/sluice.jar").toAbsolutePath().normalize();
        if (!jar.toFile().isFile()) {
            throw new AssertionError(jar + " is missing: build it first");
        }
        return new Bench(
                Instruments.build(module.resolve("src/bench").toAbsolutePath(), folder),
                jar,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                folder,
                List.of(),
                List.of("--max-bits-per-second", "100000000000", "--media-timeout", "10m"));
    }
}
