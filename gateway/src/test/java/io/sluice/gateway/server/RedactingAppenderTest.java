package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactingAppenderTest {

    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> console = new ListAppender<>();
    private final RedactingAppender redacting = new RedactingAppender();

    private Logger logger(String name) {
        if (!redacting.isStarted()) {
            console.start();
            redacting.addAppender(console);
            redacting.start();
            context.getLogger("ROOT").addAppender(redacting);
        }
        return context.getLogger(name);
    }

    private List<String> lines() {
        return console.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "uri ?streamKey=s3cr3t HTTP => uri ?streamKey=… HTTP",
                "a=1&token=s3cr3t&b=2 => a=1&token=…&b=2",
                "/x?key=s3cr3t => /x?key=…",
                "{\"streamKey\":\"s3cr3t\",\"a\":1} => {\"streamKey\":\"…\",\"a\":1}",
                "Authorization: Bearer s3cr3t.abc.def => Authorization: Bearer …",
                "open rtmp://h:1/app/s3cr3t => open rtmp://h:1/app/…",
                "open RTMPS://h/app?s3cr3t=1 x => open RTMPS://h/app/… x",
                "rtmp://s3cr3t@h/app => rtmp://…@h/app",
                "http://me:s3cr3t@proxy/ => http://…@proxy/",
                "GET /watch/s3cr3t/index.m3u8 => GET /watch/…/index.m3u8",
                "to rtmp://h/live/{streamKey}, rtmps://i/…  => to rtmp://h/live/{streamKey}, rtmps://i/…",
                "Ready: go live at http://localhost:8080 => Ready: go live at http://localhost:8080",
            })
    void secretsAreRemovedFromAnyMessage(String message, String line) {
        logger("io.netty.any").error("{}", message.strip());
        assertThat(lines()).containsExactly(line);
    }

    @Test
    void stackTracesAreRedactedToo() {
        Exception cause = new IllegalArgumentException("Illegal character: ?streamKey=s3cr3t");
        Exception error = new IllegalStateException("rtmp://h/app/s3cr3t", cause);
        error.addSuppressed(new IllegalStateException("token=s3cr3t"));
        logger("reactor.netty.x").error("failed", error);
        String trace = ThrowableProxyUtil.asString(console.list.get(0).getThrowableProxy());
        assertThat(trace).contains("streamKey=…", "token=…", "rtmp://h/app/…").doesNotContain("s3cr3t");
    }

    @Test
    void controlCharactersAreReplaced() {
        logger("io.netty.x").warn("a\u001b[31mb\u202ec");
        assertThat(lines()).containsExactly("a [31mb c");
    }

    @Test
    void repeatedLinesOfALibraryAreCounted() {
        Logger library = logger("reactor.netty.http.server.HttpServer");
        for (int i = 0; i < 1_000; i++) {
            library.error("line {}", i);
        }
        logger("io.sluice.gateway.X").info("Stopping");
        redacting.stop();
        assertThat(lines())
                .hasSize(RedactingAppender.LIBRARY_LINES + 3)
                .contains("Stopping")
                .endsWith("… repeated " + (1_000 - RedactingAppender.LIBRARY_LINES) + " times");
    }

    @Test
    void ownLinesAreCountedPerMessageAndOnlyWarnings() {
        Logger own = logger("io.sluice.gateway.X");
        for (int i = 0; i < 2_000; i++) {
            own.info("Live {}", i);
            own.warn("refused {}", i);
        }
        own.warn("another");
        assertThat(lines()).contains("another", "Live 1999", "refused 0").doesNotContain("refused 1999");
        assertThat(lines().size()).isBetween(2_600, 2_610);
    }
}
