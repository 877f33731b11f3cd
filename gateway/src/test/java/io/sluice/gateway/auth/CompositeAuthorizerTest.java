package io.sluice.gateway.auth;

import static io.sluice.gateway.auth.AuthorizerTester.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

class CompositeAuthorizerTest {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Authorizer YES = request -> Mono.just(Authorization.allow());
    private static final Authorizer NO = request -> Mono.just(Authorization.deny("first no"));
    private static final Authorizer OTHER_NO = request -> Mono.just(Authorization.deny("other no"));

    static Stream<Arguments> unavailable() {
        return Stream.of(
                Arguments.of("fails", (Authorizer)
                        r -> Mono.error(new AuthorizationUnavailableException("the disk failed"))),
                Arguments.of("says nothing", (Authorizer) r -> Mono.empty()),
                Arguments.of("never answers", (Authorizer) r -> Mono.never()),
                Arguments.of("has a bug", (Authorizer) r -> {
                    throw new AuthorizationUnavailableException("of the test");
                }));
    }

    private static CompositeAuthorizer anyOf(Authorizer... authorizers) {
        return new CompositeAuthorizer(List.of(authorizers), SHORT);
    }

    @Test
    void oneAllowingAnswerIsEnough() {
        AuthorizerTester.allowed(anyOf(NO, OTHER_NO, YES), request("k"));
        AuthorizerTester.allowed(anyOf(YES, NO), request("k"));
    }

    @Test
    void anAllowingAnswerEndsTheSearch() {
        AuthorizerTester.allowed(anyOf(YES, r -> Mono.error(new AssertionError("asked"))), request("k"));
    }

    @Test
    void ifAllDenyTheFirstDenialIsTheAnswer() {
        assertThat(AuthorizerTester.denied(anyOf(NO, OTHER_NO), request("k"))).isEqualTo("first no");
    }

    @ParameterizedTest(name = "one that {0}")
    @MethodSource("unavailable")
    void anUnavailableAuthorizerNeitherPreventsNorGivesAnAllowingAnswer(String what, Authorizer broken) {
        AuthorizerTester.allowed(anyOf(broken, YES), request("k"));
        AuthorizerTester.unavailable(anyOf(broken), request("k"));
        AuthorizerTester.unavailable(anyOf(broken, NO), request("k"));
        AuthorizerTester.unavailable(anyOf(NO, broken), request("k"));
    }
}
