package io.sluice.gateway.guards;

import io.netty.util.LeakPresenceDetector;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which a buffer is still held. Event loops release a little later than the test sees its result, so
 * the check waits for quiet, within a bound. To see where a kept buffer was made:
 * {@code -Dio.netty.util.LeakPresenceDetector.trackCreationStack=true}.
 */
public final class NoBufferLeaks implements AfterEachCallback {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final LongAdder OPEN = openResources();

    @Override
    public void afterEach(ExtensionContext context) {
        check(PATIENCE);
    }

    static void check(Duration patience) {
        try {
            Awaitility.await().pollDelay(Duration.ZERO).atMost(patience).until(() -> OPEN.sum() == 0);
        } catch (ConditionTimeoutException e) {
            LeakPresenceDetector.check();
        }
    }

    /**
     * Netty's own count. Its public {@link LeakPresenceDetector#check()} forgets the count while it looks at it, so
     * nobody can wait with it: what is released after the first look then counts as released twice.
     */
    private static LongAdder openResources() {
        try {
            Field global = LeakPresenceDetector.class.getDeclaredField("GLOBAL");
            global.setAccessible(true);
            Object scope = global.get(null);
            Field counter = scope.getClass().getDeclaredField("openResourceCounter");
            counter.setAccessible(true);
            return (LongAdder) counter.get(scope);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this Netty counts its buffers in another way; see LeakPresenceDetector", e);
        }
    }
}
