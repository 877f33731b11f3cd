package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Media;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.SourcePage;
import io.sluice.e2e.harness.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The first thing that a web developer tries. */
@OneBrowserAtATime
final class ReadmeTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("## A publisher of your own\\n.*?```js\\n(.*?)```", Pattern.DOTALL);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void theFiveLinesPublishAsTheyAreWritten() throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../README.md")));
        assertThat(example.find()).as("the README has the example").isTrue();
        String lines = example.group(1);
        assertThat(lines.lines().count()).isEqualTo(5);

        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        Chromium browser = stage.chromium();
        Page page = SourcePage.open(browser, gateway.uri("")).page();
        page.setContent("<!doctype html><button>Stop</button>");
        ConsoleMessage progress = page.waitForConsoleMessage(() -> page.addScriptTag(
                new Page.AddScriptTagOptions().setType("module").setContent(lines)));
        for (int seconds = 0; seconds < 3; seconds++) {
            progress = page.waitForConsoleMessage(() -> {});
        }
        Map<?, ?> stats = (Map<?, ?>) progress.args().get(0).jsonValue();
        assertThat(String.valueOf(stats.get("acceptedBytes"))).matches("[1-9]\\d*");
        page.locator("button").click();

        Media received = Media.in(nginx.recording("demo"));
        assertThat(received.video().codec()).isEqualTo("h264");
        assertThat(received.audio().codec()).isEqualTo("aac");
        assertThat(received.decoded().complaints()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }
}
