package io.sluice.gateway.guards;

import io.netty.util.LeakPresenceDetector;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which a buffer is still held. Event loops release a little later than the test sees its result, so the check waits
 * for quiet, within a bound.
 */
public final class NoBufferLeaks implements AfterEachCallback {

    @Override
    public void afterEach(ExtensionContext context) {
        Awaitility.await("all buffers released").untilAsserted(LeakPresenceDetector::check);
    }
}
