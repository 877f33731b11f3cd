package io.sluice.gateway.guards;

import io.netty.buffer.ByteBuf;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.scheduler.NonBlocking;

/**
 * Arms the guards before the first test of a JVM, and fails each class of a JVM whose guards are not armed.
 * BlockHound's own listener would do as much, but Surefire also loads listeners into Maven's JVM when it shares the
 * tests out to several others.
 */
public final class ArmedGuards implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        Once.check();
    }

    private static final class Once {

        static {
            BlockHound.install();
            if (!isCaught()) {
                throw new AssertionError("BlockHound lets a non-blocking thread sleep");
            }
            if (!(ResourceLeakDetectorFactory.instance().newResourceLeakDetector(ByteBuf.class, 1)
                    instanceof LeakPresenceDetector)) {
                throw new AssertionError("Netty does not use LeakPresenceDetector: see test.jvm.extra in the POM");
            }
        }

        static void check() {}

        private static boolean isCaught() {
            Sleeper sleeper = new Sleeper();
            sleeper.start();
            try {
                sleeper.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return sleeper.caught;
        }
    }

    private static final class Sleeper extends Thread implements NonBlocking {

        private volatile boolean caught;

        @Override
        public void run() {
            try {
                Thread.sleep(1);
            } catch (BlockingOperationError e) {
                caught = true;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
