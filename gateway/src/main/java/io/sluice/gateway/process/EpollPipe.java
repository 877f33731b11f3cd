package io.sluice.gateway.process;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One end of a pipe, registered with an event loop's epoll instance. Confined to that event loop once registered. */
abstract class EpollPipe implements EpollIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(EpollPipe.class);

    /** An interest set that is not empty and that nothing matches; the pipe's end is always reported. */
    private static final EpollIoOps END_ONLY = EpollIoOps.EPOLLERR;

    private final FileDescriptor descriptor;
    private final EpollIoOps interest;
    private @Nullable IoRegistration registration;
    private @Nullable IoEventLoop eventLoop;
    private boolean paused;
    private boolean closed;

    EpollPipe(FileDescriptor descriptor, EpollIoOps interest) {
        this.descriptor = descriptor;
        this.interest = interest;
    }

    /** Called on the event loop when the pipe is ready or broken. */
    abstract void ready(EpollIoOps events) throws IOException;

    /** Registers asynchronously. Failures are handled here; events arrive only after the registration. */
    void register(IoEventLoop eventLoop) {
        this.eventLoop = eventLoop;
        Future<IoRegistration> registering = eventLoop.register(this);
        registering.addListener(done -> {
            if (!done.isSuccess()) {
                LOG.error("Cannot register a child's pipe with {}", eventLoop, done.cause());
                close();
            } else if (closed) {
                registering.getNow().cancel();
            } else {
                registration = registering.getNow();
                // Never empty: an empty interest set would permanently delete the descriptor from epoll.
                registration.submit(interest);
            }
        });
    }

    /** For a while, only the pipe's end is an event. Has no effect during another pause. */
    final void pause(int millis) {
        IoRegistration registered = registration;
        if (closed || paused || registered == null || eventLoop == null) {
            return;
        }
        paused = true;
        registered.submit(END_ONLY);
        eventLoop.schedule(
                () -> {
                    paused = false;
                    if (!closed) {
                        registered.submit(interest);
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public final FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public final void handle(IoRegistration source, IoEvent event) {
        if (closed) {
            return;
        }
        try {
            ready(((EpollIoEvent) event).ops());
        } catch (IOException | RuntimeException e) {
            // An exception that escapes makes the event loop sleep for a second, and with it every other stream.
            LOG.error("A child's pipe failed", e);
            close();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (registration == null) {
            closeDescriptor();
        } else {
            // Closed in unregistered(): if the number were reused before epoll forgets it, it would belong to another
            // stream.
            registration.cancel();
        }
    }

    @Override
    public final void unregistered() {
        closed = true;
        closeDescriptor();
    }

    final boolean isClosed() {
        return closed;
    }

    private void closeDescriptor() {
        try {
            descriptor.close();
        } catch (IOException e) {
            LOG.debug("close() of a pipe failed", e);
        }
    }
}
