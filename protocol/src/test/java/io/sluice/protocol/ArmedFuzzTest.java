package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Gives the fuzzer a bug to find, because a fuzzer that is unguided or does not run would go unnoticed. */
@Tag("jazzer")
class ArmedFuzzTest {

    @Test
    void aBugThatNoRandomInputMeetsIsFound(@TempDir Path folder) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(SeededBug.class))
                // Its findings are not regression inputs of the project.
                .configurationParameter("jazzer.internal.basedir", folder.toString())
                .build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, summary);
        assertThat(summary.getSummary().getFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getException()).hasRootCauseMessage("found"));
        assertThat(folder).isDirectoryRecursivelyContaining("glob:**crash-*");
    }
}
