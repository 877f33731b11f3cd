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
 * The direction of knowledge, and a few more rules about the main classes. Beside each rule stands the source of a class that breaks it,
 * which is compiled here, so that a rule that looks at nothing is noticed.
 */
class ArchitectureTest {

    private static final String ROOT = "io.sluice.gateway";
    private static final String HTTP = "reactor.netty.http..";
    private static final Set<String> BLOCKING = Set.of("block", "blockOptional", "blockFirst", "blockLast");
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    static Stream<Arguments> rules() {
        return Stream.of(
                arguments(
                        knowsOnly("process"),
                        "package io.sluice.gateway.process; class V { io.sluice.protocol.StreamKey key; }"),
                arguments(
                        knowsOnly("admission", "io.sluice.protocol.."),
                        "package io.sluice.gateway.admission; class V { io.sluice.gateway.ffmpeg.install.Ffmpeg f; }"),
                arguments(
                        noClasses()
                                .that(resideInAPackage(ROOT + ".admission.."))
                                .should()
                                .dependOnClassesThat(resideInAnyPackage("reactor..", "io.netty.."))
                                .as("admission counts, and sees no connection"),
                        "package io.sluice.gateway.admission; class V { io.netty.channel.Channel c; }"),
                arguments(
                        knowsOnly("ffmpeg", "io.sluice.protocol..", ROOT + ".process.."),
                        "package io.sluice.gateway.ffmpeg; class V { io.sluice.gateway.media.MediaQueue h; }"),
                arguments(
                        knowsOnly("media", "io.sluice.protocol.."),
                        "package io.sluice.gateway.media; class V { io.sluice.gateway.ffmpeg.install.Ffmpeg f; }"),
                arguments(
                        knowsOnly(
                                "session",
                                "io.sluice.protocol..",
                                ROOT + ".admission..",
                                ROOT + ".media..",
                                ROOT + ".ffmpeg.."),
                        "package io.sluice.gateway.session; class V { io.sluice.gateway.process.Watermarks w; }"),
                arguments(
                        knowsOnly("websocket", "io.sluice.protocol..", ROOT + ".admission..", ROOT + ".session.."),
                        "package io.sluice.gateway.websocket; class V { io.sluice.gateway.media.MediaQueue h; }"),
                arguments(
                        knowsOnly("http", "io.sluice.protocol..", ROOT + ".session.."),
                        "package io.sluice.gateway.http; class V { io.sluice.gateway.websocket.IngestRoutes r; }"),
                arguments(
                        knowsOnly("files"),
                        "package io.sluice.gateway.files; class V { io.sluice.protocol.StreamKey key; }"),
                arguments(
                        knowsOnly("auth", "io.sluice.protocol..", ROOT + ".session..", ROOT + ".files.."),
                        "package io.sluice.gateway.auth; class V { io.sluice.gateway.websocket.OriginPolicy r; }"),
                arguments(
                        knowsOnly("admin", "io.sluice.protocol..", ROOT + ".session.."),
                        "package io.sluice.gateway.admin; class V { io.sluice.gateway.http.HealthRoutes r; }"),
                arguments(
                        knowsOnly("metrics", "io.sluice.protocol..", ROOT + ".admission..", ROOT + ".session.."),
                        "package io.sluice.gateway.metrics; class V { io.sluice.gateway.admin.TokenFile f; }"),
                arguments(
                        only("meters are the metrics' and the root's", "io.micrometer..", ROOT, ROOT + ".metrics.."),
                        "package io.sluice.gateway.session; class V { io.micrometer.core.instrument.Counter c; }"),
                arguments(
                        noClasses()
                                .that(resideInAPackage(ROOT + ".session.."))
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
                                ROOT + ".auth.."),
                        "package io.sluice.gateway.media; class V { reactor.netty.http.server.HttpServer s; }"),
                arguments(
                        only(
                                "JSON is the protocol's, and of those who ask services or answer operators",
                                "com.fasterxml..",
                                ROOT + ".auth..",
                                ROOT + ".admin.."),
                        "package io.sluice.gateway; class V { com.fasterxml.jackson.databind.JsonNode n; }"),
                arguments(
                        only("YAML is of the files that the operator writes", "org.yaml..", ROOT + ".files.."),
                        "package io.sluice.gateway; class V { org.yaml.snakeyaml.Yaml y; }"),
                arguments(
                        only("counting by address is admission's", "com.github.benmanes..", ROOT + ".admission.."),
                        "package io.sluice.gateway.session; class V { com.github.benmanes.caffeine.cache.Cache<String, String> c; }"),
                arguments(
                        only("tokens are the authorizers'", "com.nimbusds..", ROOT + ".auth.."),
                        "package io.sluice.gateway.session; class V { com.nimbusds.jwt.SignedJWT t; }"),
                arguments(
                        only("the command line is the root's", "picocli..", ROOT),
                        "package io.sluice.gateway.session; class V { picocli.CommandLine c; }"),
                arguments(
                        noClasses()
                                .that(not(named(ROOT + ".LoggerFlush")))
                                .and(not(named(ROOT + ".LogLevel")))
                                .should()
                                .dependOnClassesThat(resideInAPackage("ch.qos.logback.."))
                                .as("two classes know which log there is"),
                        "package io.sluice.gateway; class V { ch.qos.logback.classic.LoggerContext c; }"),
                arguments(
                        noClasses()
                                .that(resideInAPackage(ROOT + ".websocket.."))
                                .should()
                                .dependOnClassesThat(
                                        resideInAPackage("java.nio.file..").or(named("java.io.File")))
                                .as("the WebSocket's side touches no files"),
                        "package io.sluice.gateway.websocket; class V { java.nio.file.Path p; }"),
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
                                .as("nobody sleeps"),
                        "package io.sluice.gateway.http; class V { void v() throws Exception { Thread.sleep(1); } }"),
                arguments(
                        noClasses()
                                .that(not(named(ROOT + ".GatewayServer")))
                                .should()
                                .callMethodWhere(blocks())
                                .as("only the server that is started from the command line blocks"),
                        "package io.sluice.gateway.http; class V { void v() { reactor.core.publisher.Mono.empty().block(); } }"),
                arguments(
                        SlicesRuleDefinition.slices()
                                .matching(ROOT + ".(*)..")
                                .should()
                                .beFreeOfCycles()
                                .as("there are no cycles"),
                        "package io.sluice.gateway.http; public class V { io.sluice.gateway.media.W w; }"
                                + "package io.sluice.gateway.media; public class W { io.sluice.gateway.http.V v; }"));
    }

    private static ArchRule knowsOnly(String name, String... allowed) {
        String own = ROOT + "." + name + "..";
        return noClasses()
                .that(resideInAPackage(own))
                .should()
                .dependOnClassesThat(resideInAPackage("io.sluice..")
                        .and(not(resideInAPackage(own)))
                        .and(not(resideInAnyPackage(allowed))))
                .as(name + " knows nothing of ours but " + Arrays.toString(allowed));
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
                        ROOT + ".admin",
                        ROOT + ".admission",
                        ROOT + ".auth",
                        ROOT + ".ffmpeg",
                        ROOT + ".files",
                        ROOT + ".http",
                        ROOT + ".media",
                        ROOT + ".metrics",
                        ROOT + ".process",
                        ROOT + ".session",
                        ROOT + ".websocket");
    }
}
