package io.sluice.gateway.guards;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each fuzz target starts from, its former findings included, without the fuzzer. */
class FuzzSeedsTest {

    static Stream<FuzzTarget> targets() {
        return FuzzTarget.all().stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void seedsAndFormerFindingsPass(FuzzTarget target) throws Throwable {
        List<Object[]> seeds = target.seeds();
        if (seeds.isEmpty()) {
            throw new AssertionError(target + " has no seeds");
        }
        for (Object[] arguments : seeds) {
            target.run(arguments);
            // And as the shared fuzzer hands them over.
            target.run(target.decoded(target.encoded(arguments)));
        }
    }
}
