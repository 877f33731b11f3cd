package io.sluice.gateway.cli;

/** {@code java -jar sluice.jar}: a server that does nothing but carry a {@link io.sluice.gateway.Gateway}, and its first user. */
public final class GatewayMain {

    private static final String LOGBACK_CONFIGURATION = "logback.configurationFile";

    private GatewayMain() {}

    /**
     * Runs the gateway until the process is asked to end.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        // Before the first logger is made. An operator's own configuration comes first.
        if (System.getProperty(LOGBACK_CONFIGURATION) == null) {
            System.setProperty(LOGBACK_CONFIGURATION, "sluice-logback.xml");
        }
        int exitCode = CommandRun.of(arguments);
        if (exitCode != CommandRun.SERVING) {
            System.exit(exitCode);
        }
    }
}
