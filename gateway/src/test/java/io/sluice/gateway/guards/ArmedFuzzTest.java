package io.sluice.gateway.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * A fuzzer that is not guided, or does not run, finds nothing, and nobody would notice: so it is given something to
 * find, by the same way from bytes to a target that {@link SharedFuzzTest} uses.
 */
@Tag("jazzer")
class ArmedFuzzTest {

    private static final FuzzTarget SEEDED =
            FuzzTarget.in(SeededBug.class).findFirst().orElseThrow();

    @Test
    void aBugThatNoRandomInputMeetsIsFoundAndKept(@TempDir Path folder) throws IOException {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Fuzz.class))
                // What it finds on the way is no regression input of ours.
                .configurationParameter("jazzer.internal.basedir", folder.toString())
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        assertThat(listener.getSummary().getFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getException()).hasRootCauseMessage("found"));
        assertThat(SEEDED.kept())
                .isNotEmpty()
                .allSatisfy(arguments ->
                        assertThatThrownBy(() -> SEEDED.run(arguments)).hasMessage("found"));
    }

    /** Not run by any build itself: its name is not one that Surefire looks for. */
    static final class Fuzz {

        @FuzzTest(maxDuration = "60s")
        void seededBug(byte @NotNull [] input) {
            SEEDED.fuzz(input);
        }
    }
}
