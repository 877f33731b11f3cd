package io.sluice.gateway.cli;

/** {@code java -jar sluice.jar}: the stand-alone server, an embedder of {@link io.sluice.gateway.Gateway}. */
public final class GatewayMain {

    private static final String LOGBACK_CONFIGURATION = "logback.configurationFile";

    /** Read by the JDK when TLS is first used. A client could have TLS 1.2 compute handshakes without end with it. */
    private static final String REJECT_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    private GatewayMain() {}

    /**
     * Runs the command; the gateway runs until the process is asked to stop.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        // Before the first logger is created. An operator's own configuration has precedence.
        if (System.getProperty(LOGBACK_CONFIGURATION) == null) {
            System.setProperty(LOGBACK_CONFIGURATION, "sluice-logback.xml");
        }
        System.setProperty(REJECT_RENEGOTIATION, "true");
        int exitCode = CommandRun.of(arguments);
        if (exitCode != CommandRun.SERVING) {
            System.exit(exitCode);
        }
    }
}
