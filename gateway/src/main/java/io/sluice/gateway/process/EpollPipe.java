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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One end of a pipe, registered with an event loop's epoll instance. Confined to that loop once it is registered. */
abstract class EpollPipe implements EpollIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(EpollPipe.class);

    private final FileDescriptor descriptor;
    private final EpollIoOps interest;
    private @Nullable IoRegistration registration;
    private boolean closed;

    EpollPipe(FileDescriptor descriptor, EpollIoOps interest) {
        this.descriptor = descriptor;
        this.interest = interest;
    }

    /** Called on the event loop when the pipe is ready for what it was registered for, or broken. */
    abstract void ready(EpollIoOps events) throws IOException;

    /** The outcome is handled here; the caller waits for nothing, because events come only after the registration. */
    void register(IoEventLoop eventLoop) {
        Future<IoRegistration> registering = eventLoop.register(this);
        registering.addListener(done -> {
            if (!done.isSuccess()) {
                LOG.error("A child's pipe could not be registered with {}", eventLoop, done.cause());
                close();
            } else if (closed) {
                registering.getNow().cancel();
            } else {
                registration = registering.getNow();
                // Submitted once and never changed: an empty set of interests would delete the descriptor from epoll
                // for good.
                registration.submit(interest);
            }
        });
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
            // Whatever leaves this method puts the whole event loop, and with it every other stream, to sleep for a
            // second.
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
            // Closed in unregistered(): a number that is free again before epoll forgets it would be another stream's.
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
