package io.sluice.e2e.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Page;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A stream that the client library publishes in a {@link SourcePage}, and what it has said since. */
public final class LiveStream {

    private static final JsonMapper JSON = new JsonMapper();

    private static final String PUBLISH = """
            async (options) => {
              const { publish } = await import('/sluice.js');
              try {
                const live = await publish({ url: '/ingest', source: source.stream, ...options });
                const said = [];
                const say = (type, detail) => said.push({ type, atMs: Date.now(), ...detail });
                for (const type of ['state', 'progress', 'adaptation', 'warning', 'resumed', 'output']) {
                  live.addEventListener(type, ({ detail }) => say(type, detail));
                }
                live.addEventListener('failure', ({ detail: { error, willReconnect } }) =>
                  say('failure', { code: error.code, message: error.message, willReconnect }));
                // A library that only looks good once a second would not be noticed.
                const looking = setInterval(() => {
                  if (live.state === 'live') say('look', { stats: live.stats });
                  if (live.state === 'ended' || live.state === 'failed') clearInterval(looking);
                }, 100);
                return { live, said };
              } catch ({ code, message, advice, retryable }) {
                return { refusal: { code, message, advice, retryable } };
              }
            }""";

    private final Page page;
    private final JSHandle handle;

    private LiveStream(Page page, JSHandle handle) {
        this.page = page;
        this.handle = handle;
    }

    /**
     * Calls {@code publish} in a page that films.
     *
     * @param options what the library is given besides the source
     */
    static LiveStream publish(Page page, Map<String, Object> options) {
        LiveStream stream = attempt(page, options);
        stream.refusal().ifPresent(refusal -> {
            throw new AssertionError("not published: " + refusal);
        });
        return stream;
    }

    static LiveStream attempt(Page page, Map<String, Object> options) {
        return new LiveStream(page, page.evaluateHandle(PUBLISH, options));
    }

    /** Why it was not published, if it was not. */
    public Optional<JsonNode> refusal() {
        return Optional.of(read("({ refusal }) => refusal ?? null")).filter(JsonNode::isObject);
    }

    public JsonNode negotiated() {
        return read("({ live }) => live.negotiated");
    }

    public JsonNode stats() {
        return read("({ live }) => live.stats");
    }

    public String state() {
        return read("({ live }) => live.state").asText();
    }

    /** What was said so far, in order: each with its {@code type} and {@code atMs}. */
    public List<JsonNode> said() {
        return elements(read("({ said }) => said"));
    }

    public List<JsonNode> said(String type) {
        return said().stream()
                .filter(word -> word.path("type").asText().equals(type))
                .toList();
    }

    /** The readings between two times of the wall clock, ten a second. */
    public List<JsonNode> looks(long fromMillis, long untilMillis) {
        return said("look").stream()
                .filter(look -> look.path("atMs").asLong() >= fromMillis
                        && look.path("atMs").asLong() < untilMillis)
                .map(look -> look.path("stats"))
                .toList();
    }

    /**
     * Waits until an expression over {@code live} and {@code said} is true.
     *
     * @param condition in JavaScript
     */
    public LiveStream awaitThat(String condition, Duration limit) {
        page.waitForFunction(
                "(stream) => { const { live, said } = stream; return " + condition + "; }",
                handle,
                new Page.WaitForFunctionOptions().setPollingInterval(50).setTimeout((double) limit.toMillis()));
        return this;
    }

    /** Lets it run for a while, on the page's clock. */
    public LiveStream awaitLive(Duration length) {
        return awaitThat("live.stats.liveMs >= " + length.toMillis(), length.plusSeconds(20));
    }

    /**
     * How it ended.
     *
     * @param lastPicture the number of the last picture that was handed on before it was asked to stop
     * @param ended what {@code stop()} resolved with
     */
    public record End(int lastPicture, JsonNode ended) {}

    /** Asks it to stop, and waits for what comes of it. */
    public End stop() {
        JsonNode end = read("""
                async ({ live }) => {
                  const lastPicture = source.shown.number;
                  return { lastPicture, ended: await live.stop() };
                }""");
        return new End(end.path("lastPicture").asInt(), end.path("ended"));
    }

    private JsonNode read(String function) {
        try {
            return JSON.readTree(
                    (String) handle.evaluate("async (stream) => JSON.stringify(await (" + function + ")(stream))"));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static List<JsonNode> elements(JsonNode array) {
        Stream<JsonNode> elements = StreamSupport.stream(array.spliterator(), false);
        return elements.toList();
    }
}
