package io.sluice.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Media;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.PageServer;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Stage;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody with a browser, a camera and a microphone. */
@OneBrowserAtATime
final class BrowserTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private Chromium browser;

    @BeforeEach
    void start() {
        browser = stage.chromium();
    }

    @Test
    void goesLiveOnOnePageAndWatchesOnAnother() {
        GatewayProcess gateway = stage.gateway().start();
        Page studio = browser.page();
        studio.navigate(gateway.uri("/").toString());
        String key = stage.secret(keyField(studio).inputValue());
        goLive(studio);

        Page viewer = browser.page();
        viewer.navigate(studio.getByText("Watch this stream")
                .evaluate("link => link.href")
                .toString());
        viewer.waitForFunction("() => { const v = document.querySelector('video');"
                + " return v.currentTime > 1 && v.videoWidth === 1280; }");
        // Two segments of two seconds and what was on its way; the sum of a day would be a clock misread.
        assertThat(viewer.locator("#delay-value")).hasText(Pattern.compile("^\\d{1,2}\\.\\d s$"));
        double before = time(viewer);
        viewer.waitForFunction("before => document.querySelector('video').currentTime > before + 2", before);

        stop(studio);
        assertThat(viewer.url()).contains(key);
        // The viewer asks for the playlist until there is one.
        assertThat(browser.complaints())
                .allMatch(complaint -> complaint.contains("404") && complaint.contains(".m3u8"));
    }

    @Test
    void publishesWhatTheCameraShowsToTheReceiver() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        String key = stage.key("studio") + "?a=b";
        Page studio = browser.page();
        studio.navigate(gateway.uri("/").toString());
        keyField(studio).fill(stage.secret(key));
        goLive(studio);
        // Each second has thirty pictures; three of them are enough to tell a stream from a picture.
        studio.waitForFunction("() => /0:0[3-9]/.test(document.getElementById('duration').textContent)");
        stop(studio);

        Media received = Media.in(nginx.recording(key));
        assertThat(received.video().codec()).isEqualTo("h264");
        assertThat(received.video().size()).isEqualTo("1280x720");
        assertThat(received.audio().codec()).isEqualTo("aac");
        assertThat(received.video().lengthSeconds()).isGreaterThan(2.5);
        assertThat(received.video().packets().size() / received.video().lengthSeconds())
                .as("frames per second")
                .isGreaterThan(20);
        assertThat(received.video().longestKeyFrameIntervalSeconds()).isLessThan(2.5);
        assertThat(received.decoded().complaints()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void isToldWhyThePageCannotGoLive() {
        GatewayProcess gateway = stage.gateway().start();
        Page first = browser.page();
        first.navigate(gateway.uri("/").toString());
        keyField(first).fill(stage.key("wanted"));
        goLive(first);
        Page second = browser.page();
        second.navigate(gateway.uri("/").toString());
        keyField(second).fill(keyField(first).inputValue());
        second.getByRole(AriaRole.BUTTON, named("Go live")).click();
        assertThat(second.locator("#failure-code")).hasText("stream-key-in-use");
        assertThat(second.locator("#failure-message")).not().isEmpty();
        stop(first);
    }

    @Test
    void aPageThatPutsTheKeyIntoTheSubprotocolsWorksUnchanged() {
        NginxReceiver nginx = stage.nginx();
        PageServer elsewhere = stage.pageServer("/pages/subprotocol.html");
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--allow-origin", elsewhere.origin())
                .start();
        String key = stage.key("older");
        Page page = browser.page();
        page.navigate(elsewhere
                .page("key=" + key + "&gateway=" + gateway.uri("").getAuthority())
                .toString());
        assertThat(page.locator("#state")).hasText("ready");
        page.locator("#start").click();
        assertThat(page.locator("#state")).hasText(Pattern.compile("sent \\d{6}"));
        page.locator("#stop").click();
        // close() without a code is answered without one, which a browser shows as 1005.
        assertThat(page.locator("#state")).hasText(Pattern.compile("closed 1005 after \\d{6}"));
        assertThat(browser.complaints()).isEmpty();
        Media received = Media.in(nginx.recording(key));
        assertThat(received.video().codec()).isEqualTo("h264");
        assertThat(received.audio().codec()).isEqualTo("aac");
        assertThat(received.decoded().complaints()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aPageFromElsewhereIsToldThatItMayNotPublish() {
        GatewayProcess gateway = stage.gateway().start();
        Page page = browser.page();
        page.navigate(stage.pageServer("/pages/subprotocol.html")
                .page("key=" + stage.key("stranger") + "&gateway="
                        + gateway.uri("").getAuthority())
                .toString());
        assertThat(page.locator("#state")).hasText("ready");
        page.locator("#start").click();
        // What the page's author sees; a status in place of the upgrade would have been 1006 to him.
        assertThat(page.locator("#state")).hasText(Pattern.compile("closed 4406 .*"));
        gateway.awaitNoChildren(Publisher.SOON);
    }

    private static Locator keyField(Page studio) {
        return studio.getByRole(AriaRole.TEXTBOX, named("Stream key"));
    }

    private static void goLive(Page studio) {
        studio.getByRole(AriaRole.BUTTON, named("Go live")).click();
        assertThat(studio.locator("#state")).hasText("Live");
        assertThat(studio.locator("#accepted")).hasText(Pattern.compile("[1-9]"));
    }

    private static void stop(Page studio) {
        studio.getByRole(AriaRole.BUTTON, named("Stop")).click();
        assertThat(studio.locator("#state")).hasText("Stream ended");
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static double time(Page viewer) {
        return ((Number) viewer.evaluate("() => document.querySelector('video').currentTime")).doubleValue();
    }
}
