package io.sluice.e2e.harness;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real browser with a fake camera and a fake microphone, which pass every question for permission. Its pages may be
 * used from the test's thread only.
 */
public final class Chromium implements AutoCloseable {

    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--autoplay-policy=no-user-gesture-required",
            "--use-fake-device-for-media-stream=fps=30");

    private static final String YES = "--use-fake-ui-for-media-stream";
    private static final String NO = "--deny-permission-prompts";

    private final Playwright playwright;
    private final BrowserContext context;
    private final List<String> complaints = new ArrayList<>();

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.context = browser.newContext();
        PlaywrightAssertions.setDefaultAssertionTimeout((double) Publisher.SOON.toMillis());
    }

    static Chromium start() {
        return start(YES);
    }

    /** One whose owner refuses every question for permission. */
    static Chromium startRefusing() {
        return start(NO);
    }

    private static Chromium start(String answer) {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.add(answer);
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Tool.CHROMIUM.path())
                        .setArgs(flags));
        return new Chromium(playwright, browser);
    }

    /** A new page, whose errors are remembered. */
    public Page page() {
        Page page = context.newPage();
        page.setDefaultTimeout((double) Publisher.SOON.toMillis());
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text() + " at " + message.location());
            }
        });
        return page;
    }

    /** What a page looks like, for people: in {@code target/screenshots}. */
    public static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "screenshots", name + ".png"))
                .setFullPage(true));
    }

    /** What went wrong inside the pages: exceptions, refused resources, failed requests. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    @Override
    public void close() {
        context.browser().close();
        playwright.close();
    }
}
