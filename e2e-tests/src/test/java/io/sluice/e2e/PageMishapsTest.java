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
import io.sluice.e2e.harness.NetworkLink;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Stage;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the page says and does when something goes wrong around somebody who streams. Each test leaves a picture of the
 * page in {@code target/screenshots}.
 */
@OneBrowserAtATime
final class PageMishapsTest {

    private static final Duration SOON = Publisher.SOON;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void aReloadEndsTheStreamAndTheSameKeyGoesLiveAgainAtOnce() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        String key = stage.key("reload");
        Chromium browser = stage.chromium();
        Page page = open(browser, gateway.uri("/"), key);
        goLive(page);
        page.reload();
        keyField(page).fill(key);
        goLive(page);
        Chromium.picture(page, "live-again-after-reload");
        stop(page);
        Media received = Media.in(nginx.recording(key));
        assertThat(received.decoded().complaints()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aSecondTabWithTheSameKeyIsRefusedAndTheFirstGoesOn() {
        GatewayProcess gateway = stage.gateway().start();
        String key = stage.key("tabs");
        Chromium browser = stage.chromium();
        Page first = open(browser, gateway.uri("/"), key);
        goLive(first);
        Page second = open(browser, gateway.uri("/"), key);
        press(second, "Go live");
        assertFails(second, "stream-key-in-use", "live under this stream key");
        Chromium.picture(second, "key-in-use");
        String accepted = first.locator("#accepted").textContent();
        assertThat(first.locator("#accepted")).not().hasText(accepted);
        assertThat(first.locator("#state")).hasText("Live");
        Chromium.picture(first, "live");
        stop(first);
        Chromium.picture(first, "ended");
    }

    @Test
    void whoRefusesTheCameraIsToldHowToAllowIt() {
        GatewayProcess gateway = stage.gateway().start();
        Chromium browser = stage.refusingChromium();
        Page page = open(browser, gateway.uri("/"), stage.key("refused"));
        press(page, "Go live");
        assertFails(page, "permission-denied", "blocked");
        assertThat(page.locator("#failure-advice")).containsText("Allow");
        Chromium.picture(page, "permission-refused");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aGatewayThatIsStartedAgainIsFoundAgain() {
        String[] arguments = {"--host", "127.0.0.1", "--port", Integer.toString(Ports.free())};
        GatewayProcess gateway = stage.gateway(arguments).startPlainly();
        Chromium browser = stage.chromium();
        Page page = open(browser, gateway.uri("/"), stage.key("restart"));
        goLive(page);
        gateway.terminate();
        gateway.awaitExit(SOON);
        assertThat(page.locator("#state")).hasText("Reconnecting");
        Chromium.picture(page, "reconnecting");
        stage.gateway(arguments).startPlainly();
        assertThat(page.locator("#state")).hasText("Live");
        assertThat(page.locator("#accepted")).hasText(Pattern.compile("[1-9]"));
        Chromium.picture(page, "live-again-after-restart");
        stop(page);
    }

    @Test
    void aGatewayThatIsGoneIsSaidToBeGone() {
        GatewayProcess gateway = stage.gateway().start();
        Chromium browser = stage.chromium();
        Page page = open(browser, gateway.uri("/"), stage.key("gone"));
        gateway.terminate();
        gateway.awaitExit(SOON);
        press(page, "Go live");
        assertFails(page, "gateway-unreachable", "did not answer");
        Chromium.picture(page, "gateway-gone");
    }

    @Test
    void aSlowUplinkIsSaidToBeSlow() {
        GatewayProcess gateway = stage.gateway().start();
        NetworkLink link = stage.linkTo(gateway);
        Chromium browser = stage.chromium();
        Page page = open(browser, link.uri("/"), stage.key("slow"));
        goLive(page);
        link.limitTo(500_000);
        assertThat(page.locator("#journal")).containsText("Your connection is slow");
        Chromium.picture(page, "slow-uplink");
        link.release();
        stop(page);
        assertThat(browser.complaints()).isEmpty();
    }

    private static Page open(Chromium browser, URI address, String key) {
        Page page = browser.page();
        page.navigate(address.toString());
        keyField(page).fill(key);
        return page;
    }

    private static Locator keyField(Page page) {
        return page.getByRole(AriaRole.TEXTBOX, named("Stream key"));
    }

    private static void goLive(Page page) {
        press(page, "Go live");
        assertThat(page.locator("#state")).hasText("Live");
        assertThat(page.locator("#accepted")).hasText(Pattern.compile("[1-9]"));
    }

    private static void stop(Page page) {
        press(page, "Stop");
        assertThat(page.locator("#state")).hasText("Stream ended");
    }

    private static void press(Page page, String button) {
        page.getByRole(AriaRole.BUTTON, named(button)).click();
    }

    private static void assertFails(Page page, String code, String words) {
        assertThat(page.locator("#failure-code")).hasText(code);
        assertThat(page.locator("#failure-message")).containsText(words);
        assertThat(page.locator("#failure-advice")).not().isEmpty();
        assertThat(page.locator("#state")).not().hasText("Live");
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }
}
