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

/** A fuzzer that is not guided, or does not run, finds nothing, and nobody would notice: so it is given something to find. */
@Tag("jazzer")
class ArmedFuzzTest {

    @Test
    void aBugThatNoRandomInputMeetsIsFound(@TempDir Path folder) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(SeededBug.class))
                // What it finds on the way is no regression input of ours.
                .configurationParameter("jazzer.internal.basedir", folder.toString())
                .build();
        SummaryGeneratingListener heard = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, heard);
        assertThat(heard.getSummary().getFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getException()).hasRootCauseMessage("found"));
        assertThat(folder).isDirectoryRecursivelyContaining("glob:**crash-*");
    }
}
