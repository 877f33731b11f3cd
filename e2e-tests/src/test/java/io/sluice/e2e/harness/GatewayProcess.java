package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.wire.Handshake;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real jar, started as an operator starts it. */
public final class GatewayProcess {

    private static final Duration START_LIMIT = Publisher.SOON;

    /** JSON may escape slashes. */
    private static final Pattern ADDRESS_IN_LOG = Pattern.compile("(https?):(?:\\\\?/){2}[A-Za-z0-9.\\[\\]-]+:(\\d+)");

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .sslContext(Certificates.trustingAll())
            .build();

    private final Stage stage;
    private final Spawned spawned;
    private final Path directory;
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private String scheme = "http";
    private int port;

    private GatewayProcess(Stage stage, Spawned spawned, Path directory) {
        this.stage = stage;
        this.spawned = spawned;
        this.directory = directory;
    }

    /** How to start it. */
    public static final class Launch {

        private final Stage stage;
        private final List<String> jvmOptions = new ArrayList<>(List.of(
                "-Xmx256m",
                // Hundreds are started here, and few live long enough for the second compiler to pay.
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.leakDetection.level=simple",
                "-Dio.netty.leakDetection.samplingInterval=1",
                "-XX:+HeapDumpOnOutOfMemoryError",
                "-XX:+ExitOnOutOfMemoryError"));
        private final List<String> arguments;
        private final Map<String, String> environment = new TreeMap<>();
        private final List<String> before = new ArrayList<>();
        private String goal = "/health/ready";

        Launch(Stage stage, List<String> arguments) {
            this.stage = stage;
            this.arguments = arguments;
        }

        public Launch jvm(String option) {
            jvmOptions.add(option);
            return this;
        }

        public Launch env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** SIGHUP is for it to hear, also where the tests themselves run under {@code nohup}. */
        public Launch hearingHangUps() {
            before.addAll(List.of("env", "--default-signal=HUP"));
            return this;
        }

        /** Its storage hangs as one says. */
        public Launch on(HangingStorage storage) {
            environment.putAll(storage.environment());
            return this;
        }

        /**
         * Starts it under a limit of the system's.
         *
         * @param options of the shell's {@code ulimit}, as in {@code -n 400}
         */
        public Launch underLimit(String options) {
            before.addAll(List.of("/bin/sh", "-c", "ulimit " + options + " && exec \"$0\" \"$@\""));
            return this;
        }

        /** Starts on the loopback interface and a port of the system's choosing, and waits until it is ready. */
        public GatewayProcess start() {
            List<String> all = new ArrayList<>(List.of("--host", "127.0.0.1", "--port", "0"));
            if (!arguments.contains("--max-delay")) {
                // Dozens of tests share two processors. One that is about something else must not lose media to that.
                all.addAll(List.of("--max-delay", "0s"));
            }
            all.addAll(arguments);
            return startWith(all);
        }

        /** The same, for one that is full from the start. */
        public GatewayProcess startNotReady() {
            goal = "/health/live";
            return start();
        }

        /** Starts with nothing but the arguments given, and waits until it is ready. */
        public GatewayProcess startPlainly() {
            return startWith(arguments);
        }

        /** Runs one that is expected to end by itself. */
        public Tool.Run runToItsEnd(Duration limit) {
            return Tool.run(limit, command(arguments), environment);
        }

        private GatewayProcess startWith(List<String> all) {
            Path directory = stage.directory("gateway");
            jvm("-Djava.io.tmpdir=" + directory);
            environment.putIfAbsent("XDG_STATE_HOME", directory.toString());
            Spawned spawned = stage.own(Spawned.start(directory, "gateway", command(all), environment));
            GatewayProcess gateway = stage.own(new GatewayProcess(stage, spawned, directory));
            gateway.awaitAnswer(goal);
            return gateway;
        }

        private List<String> command(List<String> all) {
            List<String> command = new ArrayList<>(stage.givesWay() ? List.of("nice", "-n", "2") : List.of());
            command.addAll(before);
            command.add(javaExecutable());
            command.addAll(jvmOptions);
            SharedClasses.of(javaExecutable(), jar())
                    .ifPresent(archive -> command.add("-XX:SharedArchiveFile=" + archive));
            command.addAll(List.of("-jar", jar().toString()));
            command.addAll(all);
            return command;
        }

        private static String javaExecutable() {
            Path running = Path.of(System.getProperty("java.home"), "bin", "java");
            return System.getProperty("sluice.java", running.toString());
        }

        private static Path jar() {
            Path jar = Path.of(System.getProperty("sluice.jar", "../gateway/target/sluice.jar"))
                    .toAbsolutePath()
                    .normalize();
            if (!Files.isReadable(jar)) {
                throw new AssertionError(jar + " is missing: run the tests with mvn -B verify from the top directory");
            }
            return jar;
        }
    }

    /** It says in its log where to go, and answers there. */
    private void awaitAnswer(String goal) {
        await("gateway ready")
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (!spawned.process().isAlive()) {
                        throw new AssertionError("the gateway ended at once\n" + output());
                    }
                    Matcher address = ADDRESS_IN_LOG.matcher(output());
                    if (!address.find()) {
                        return false;
                    }
                    scheme = address.group(1);
                    port = Integer.parseInt(address.group(2));
                    return answers(goal);
                });
    }

    /** A client on this gateway, which the stage closes in the end. */
    public Publisher connect(Handshake handshake) {
        boolean isTls = scheme.equals("https");
        return stage.own(new Publisher(
                address(), handshake, isTls ? Certificates.trustingAll().getSocketFactory() : null));
    }

    public boolean isReady() {
        return answers("/health/ready");
    }

    private boolean answers(String path) {
        try {
            return get(path).statusCode() == 200;
        } catch (AssertionError e) {
            return false;
        }
    }

    /** Asks for a page. */
    public HttpResponse<String> get(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(uri(path)).timeout(Publisher.SOON).build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            heard(answer);
            return answer;
        } catch (IOException e) {
            throw new AssertionError("no answer to " + path, e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** What it answered is searched for secrets in the end. */
    void heard(HttpResponse<String> answer) {
        answers.add(answer.headers().map() + "\n" + answer.body());
    }

    public URI uri(String path) {
        return URI.create(scheme + "://127.0.0.1:" + port + path);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public long pid() {
        return spawned.process().pid();
    }

    public ProcFacts facts() {
        return new ProcFacts(pid());
    }

    /** Every process below the gateway. */
    public List<ProcessHandle> children() {
        return spawned.process().descendants().toList();
    }

    public void awaitNoChildren(Duration limit) {
        await("no process is left")
                .atMost(limit)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(children()).isEmpty());
    }

    /** Sends SIGTERM, as an operator or an orchestrator does. */
    public void terminate() {
        spawned.process().destroy();
    }

    /** Sends SIGHUP, by which operators have configurations read again. */
    public void hangUp() {
        Tool.Run run = Tool.run(START_LIMIT, List.of("sh", "-c", "kill -HUP " + pid()), Map.of());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    /** Sends SIGKILL, as the kernel does when memory is short. */
    public void kill() {
        spawned.process().destroyForcibly();
    }

    public int awaitExit(Duration limit) {
        return spawned.awaitExit(limit);
    }

    public boolean isAlive() {
        return spawned.process().isAlive();
    }

    /** The folder that it was started in; its folders for temporary files and for state too. */
    public Path directory() {
        return directory;
    }

    /** Everything that it printed so far. */
    public String output() {
        return spawned.output();
    }

    /** Where it let out a secret so far: in what it printed or answered, or in a file; and what it said of leaks. */
    public List<String> sightings(List<String> secrets) {
        List<String> all = new ArrayList<>();
        String printed = output();
        printed.lines().filter(line -> line.contains("LEAK:")).forEach(all::add);
        secrets.stream().filter(printed::contains).forEach(secret -> all.add("printed: " + secret));
        all.addAll(Canary.sightings("printed", printed));
        all.addAll(Canary.sightingsBelow(directory));
        answers.forEach(answer -> all.addAll(Canary.sightings("answered", answer)));
        return all;
    }
}
