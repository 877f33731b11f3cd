package io.sluice.gateway.guards;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The direction of knowledge, and a few more rules about the main classes. Beside each rule stands the source of a
 * class that breaks it, which is compiled here, so that a rule that looks at nothing is noticed.
 */
class ArchitectureTest {

    private static final String ROOT = "io.sluice.gateway";
    private static final String HTTP = "reactor.netty.http..";
    private static final Set<String> BLOCKING = Set.of("block", "blockOptional", "blockFirst", "blockLast");
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    private static final SliceAssignment PACKAGES = new SliceAssignment() {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            return name.startsWith(ROOT) ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each package by itself";
        }
    };

    static Stream<Arguments> rules() {
        return Stream.of(directions(), edges(), habits()).flatMap(rules -> rules);
    }

    /** Each package, and the packages of ours that it may know. */
    private static Stream<Arguments> directions() {
        return Stream.of(
                knows("process"),
                knows("threads"),
                knows("files", "threads"),
                knows("media", "media.container"),
                knows("media.container"),
                knows("ffmpeg.install", "files"),
                knows("admission"),
                knows("access"),
                knows("output", "access", "files"),
                knows("ffmpeg.plan", "ffmpeg.install", "media.container", "output"),
                knows("ffmpeg.run", "ffmpeg.install", "ffmpeg.plan", "media.container", "output", "process"),
                knows("receivers", "output", "threads"),
                knows("delivery", "admission", "ffmpeg.plan", "ffmpeg.run", "media", "output", "receivers"),
                knows(
                        "session",
                        "access",
                        "admission",
                        "delivery",
                        "ffmpeg.plan",
                        "ffmpeg.run",
                        "media",
                        "media.container",
                        "output",
                        "receivers"),
                knows("operations", "session", "threads"),
                knows("websocket", "access", "admission", "session"),
                knows("http", "admission", "output"),
                knows("auth", "access", "files", "output", "threads"),
                knows("admin", "access", "delivery", "files", "operations", "session", "threads"),
                knows("metrics", "admission", "delivery", "media", "operations", "session"),
                arguments(
                        noClasses()
                                .that(not(resideInAnyPackage(ROOT + ".server..", ROOT + ".cli..")))
                                .should()
                                .dependOnClassesThat(resideInAnyPackage(ROOT + ".server..", ROOT + ".cli.."))
                                .as("nobody knows the server and the command line"),
                        "package io.sluice.gateway; class V { io.sluice.gateway.server.GatewayServer s; }"),
                arguments(
                        noClasses()
                                .that(not(resideInAPackage(ROOT + ".cli..")))
                                .should()
                                .dependOnClassesThat(resideInAPackage(ROOT + ".cli.."))
                                .as("the server does not know the command line"),
                        "package io.sluice.gateway.server; class V { io.sluice.gateway.cli.GatewayMain m; }"),
                arguments(
                        SlicesRuleDefinition.slices()
                                .assignedFrom(PACKAGES)
                                .should()
                                .beFreeOfCycles()
                                .as("there are no cycles"),
                        "package io.sluice.gateway.http; public class V { io.sluice.gateway.media.W w; }"
                                + "package io.sluice.gateway.media; public class W { io.sluice.gateway.http.V v; }"));
    }

    /** Which libraries are known where. */
    private static Stream<Arguments> edges() {
        return Stream.of(
                arguments(
                        noClasses()
                                .that(resideInAPackage(ROOT + ".admission.."))
                                .should()
                                .dependOnClassesThat(resideInAnyPackage("reactor..", "io.netty.."))
                                .as("admission counts, and sees no connection"),
                        "package io.sluice.gateway.admission; class V { io.netty.channel.Channel c; }"),
                arguments(
                        only("Micrometer is for metrics", "io.micrometer..", ROOT + ".server..", ROOT + ".metrics.."),
                        "package io.sluice.gateway.session; class V { io.micrometer.core.instrument.Counter c; }"),
                arguments(
                        noClasses()
                                .that(resideInAnyPackage(ROOT + ".session..", ROOT + ".access.."))
                                .should()
                                .dependOnClassesThat(resideInAnyPackage("reactor.netty..", "io.netty.handler.."))
                                .as("a session sees no connection"),
                        "package io.sluice.gateway.session; class V { io.netty.handler.ssl.SslHandler h; }"),
                arguments(
                        only(
                                "HTTP stays at the edge",
                                HTTP,
                                ROOT,
                                ROOT + ".websocket..",
                                ROOT + ".http..",
                                ROOT + ".admin..",
                                ROOT + ".auth..",
                                ROOT + ".server.."),
                        "package io.sluice.gateway.media; class V { reactor.netty.http.server.HttpServer s; }"),
                arguments(
                        only(
                                "JSON is for the protocol, for authorization services and for the admin API",
                                "com.fasterxml..",
                                ROOT + ".auth..",
                                ROOT + ".admin.."),
                        "package io.sluice.gateway; class V { com.fasterxml.jackson.databind.JsonNode n; }"),
                arguments(
                        only("YAML is for configuration files", "org.yaml..", ROOT + ".files.."),
                        "package io.sluice.gateway; class V { org.yaml.snakeyaml.Yaml y; }"),
                arguments(
                        only("Caffeine is for counting by address", "com.github.benmanes..", ROOT + ".admission.."),
                        "package io.sluice.gateway.session;"
                                + " class V { com.github.benmanes.caffeine.cache.Cache<String, String> c; }"),
                arguments(
                        only("tokens are for authorizers", "com.nimbusds..", ROOT + ".auth.."),
                        "package io.sluice.gateway.session; class V { com.nimbusds.jwt.SignedJWT t; }"),
                arguments(
                        only("picocli is for the command line", "picocli..", ROOT + ".cli.."),
                        "package io.sluice.gateway.session; class V { picocli.CommandLine c; }"),
                arguments(
                        noClasses()
                                .that(not(named(ROOT + ".server.LoggerFlush")))
                                .and(not(named(ROOT + ".cli.LogSetup")))
                                .and(not(named(ROOT + ".server.RedactingAppender")))
                                .and(not(named(ROOT + ".server.RedactingAppender$Repeated")))
                                .and(not(named(ROOT + ".server.RedactedEvent")))
                                .and(not(named(ROOT + ".server.RedactedEvent$RedactedThrowable")))
                                .should()
                                .dependOnClassesThat(resideInAPackage("ch.qos.logback.."))
                                .as("few classes know the logging backend"),
                        "package io.sluice.gateway; class V { ch.qos.logback.classic.LoggerContext c; }"),
                arguments(
                        noClasses()
                                .that(resideInAPackage(ROOT + ".websocket.."))
                                .should()
                                .dependOnClassesThat(
                                        resideInAPackage("java.nio.file..").or(named("java.io.File")))
                                .as("the WebSocket side touches no files"),
                        "package io.sluice.gateway.websocket; class V { java.nio.file.Path p; }"));
    }

    private static Stream<Arguments> habits() {
        return Stream.of(
                arguments(
                        noClasses()
                                .should()
                                .haveSimpleNameEndingWith("Manager")
                                .orShould()
                                .haveSimpleNameEndingWith("Helper")
                                .orShould()
                                .haveSimpleNameEndingWith("Util")
                                .orShould()
                                .haveSimpleNameEndingWith("Utils")
                                .orShould()
                                .haveSimpleNameEndingWith("Impl")
                                .as("names say what a thing is"),
                        "package io.sluice.gateway; class StreamManager {}"),
                arguments(
                        noClasses()
                                .should()
                                .callMethodWhere(calls("sleep", Thread.class.getName()))
                                .as("nothing sleeps"),
                        "package io.sluice.gateway.http; class V { void v() throws Exception { Thread.sleep(1); } }"),
                arguments(
                        noClasses()
                                .that(not(named(ROOT + ".server.GatewayServer")))
                                .should()
                                .callMethodWhere(blocks())
                                .as("only the stand-alone server blocks"),
                        "package io.sluice.gateway.http;"
                                + " class V { void v() { reactor.core.publisher.Mono.empty().block(); } }"));
    }

    /** The rule that a package knows no others of ours, and a class in it that breaks the rule. */
    private static Arguments knows(String name, String... allowed) {
        String own = ROOT + "." + name;
        String[] packages = Stream.concat(
                        Stream.of("io.sluice.protocol.."),
                        Arrays.stream(allowed).map(known -> ROOT + "." + known))
                .toArray(String[]::new);
        ArchRule rule = noClasses()
                .that(resideInAPackage(own))
                .should()
                .dependOnClassesThat(resideInAPackage("io.sluice..")
                        .and(not(resideInAPackage(own)))
                        .and(not(resideInAnyPackage(packages))))
                .as(name + " knows only " + Arrays.toString(allowed));
        return arguments(rule, "package " + own + "; class V { io.sluice.gateway.Gateway g; }");
    }

    private static ArchRule only(String words, String what, String... where) {
        return noClasses()
                .that(not(resideInAnyPackage(where)))
                .should()
                .dependOnClassesThat(resideInAPackage(what))
                .as(words);
    }

    private static DescribedPredicate<JavaClass> named(String name) {
        return DescribedPredicate.describe(name, type -> type.getName().equals(name));
    }

    private static DescribedPredicate<JavaCall<?>> calls(String method, String owner) {
        return DescribedPredicate.describe(method, call -> {
            AccessTarget target = call.getTarget();
            return target.getName().equals(method)
                    && target.getOwner().getName().equals(owner);
        });
    }

    private static DescribedPredicate<JavaCall<?>> blocks() {
        return DescribedPredicate.describe("block", call -> {
            AccessTarget target = call.getTarget();
            return BLOCKING.contains(target.getName())
                    && target.getOwner().getPackageName().startsWith("reactor.core");
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void theGatewayKeepsTheRule(ArchRule rule, String violation) {
        rule.check(MAIN);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void theRuleFindsWhoBreaksIt(ArchRule rule, String violation, @TempDir Path classes) {
        Seeded.compile(violation, classes);
        JavaClasses seeded = new ClassFileImporter().importPath(classes);
        assertThat(rule.evaluate(seeded).hasViolation()).isTrue();
    }

    @Test
    void theRulesSeeEveryPackage() {
        assertThat(MAIN.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrder(
                        ROOT,
                        ROOT + ".access",
                        ROOT + ".admin",
                        ROOT + ".admission",
                        ROOT + ".auth",
                        ROOT + ".cli",
                        ROOT + ".cli.config",
                        ROOT + ".delivery",
                        ROOT + ".ffmpeg.install",
                        ROOT + ".ffmpeg.plan",
                        ROOT + ".ffmpeg.run",
                        ROOT + ".files",
                        ROOT + ".http",
                        ROOT + ".media",
                        ROOT + ".media.container",
                        ROOT + ".metrics",
                        ROOT + ".operations",
                        ROOT + ".output",
                        ROOT + ".process",
                        ROOT + ".receivers",
                        ROOT + ".server",
                        ROOT + ".session",
                        ROOT + ".threads",
                        ROOT + ".websocket");
    }
}
