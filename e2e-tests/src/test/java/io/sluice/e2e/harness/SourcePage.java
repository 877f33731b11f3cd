package io.sluice.e2e.harness;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * A page of the gateway's own origin in which the tests' scripts run: with {@code pages/source.js} for a camera. The
 * one place that decides what origin a test's page has.
 */
public final class SourcePage {

    private final Page page;

    private SourcePage(Page page) {
        this.page = page;
    }

    /**
     * Opens one.
     *
     * @param gateway any address of the gateway, or of a link to it
     */
    public static SourcePage open(Chromium browser, URI gateway) {
        Page page = browser.page();
        // Any real answer of the gateway's does. A document that was only slipped into the browser would have no
        // address,
        // and could not connect to the loopback interface.
        page.route("**/favicon.ico", route -> route.fulfill(new Route.FulfillOptions().setStatus(204)));
        page.navigate(gateway.resolve("/health/live").toString());
        page.setContent("<!doctype html><title>Source</title>");
        page.addScriptTag(new Page.AddScriptTagOptions().setContent(script("source.js")));
        page.addScriptTag(new Page.AddScriptTagOptions().setContent(script("plain.js")));
        return new SourcePage(page);
    }

    private static String script(String name) {
        try (InputStream in = Objects.requireNonNull(SourcePage.class.getResourceAsStream("/pages/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page itself. */
    public Page page() {
        return page;
    }

    /** Starts the camera, which is {@code source} in the page's scripts from then on. */
    public SourcePage film(Map<String, Object> wish) {
        page.evaluate("async (wish) => { globalThis.source = await truthfulSource(wish); }", wish);
        return this;
    }

    /**
     * Publishes with the client library.
     *
     * @param options what the library is given besides the source
     */
    public LiveStream publish(Map<String, Object> options) {
        return LiveStream.publish(page, options);
    }

    /** The same, where it may be refused. */
    public LiveStream tryToPublish(Map<String, Object> options) {
        return LiveStream.attempt(page, options);
    }

    /** Publishes as the plain page does; {@code live} in the page's scripts from then on. */
    public SourcePage publishPlainly(String streamKey, String mimeType, int timesliceMillis) {
        page.evaluate("""
                async ({ streamKey, mimeType, timesliceMs }) => {
                  const url = `ws://${location.host}/ingest?streamKey=${encodeURIComponent(streamKey)}`;
                  globalThis.live = await publishPlainly({ url, source: source.stream, mimeType, timesliceMs });
                }""", Map.of("streamKey", streamKey, "mimeType", mimeType, "timesliceMs", timesliceMillis));
        return this;
    }

    /**
     * Stops the stream, and waits for its end.
     *
     * @return the number of the last picture that was handed on before
     */
    public int stop() {
        return (int) page.evaluate("async () => { const last = source.shown.number; await live.stop(); return last; }");
    }
}
