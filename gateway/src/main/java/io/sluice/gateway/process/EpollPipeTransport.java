package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pipes watched by an event loop's own epoll instance, using Netty's public API only.
 *
 * <p>The JVM's ends are non-blocking. The child's ends are reopened through {@code /proc/self/fd}, which gives the
 * child a separate open file description of the same pipe: a blocking one, as programs expect. The pipes are not
 * close-on-exec, which is harmless because the JDK closes every descriptor above 2 in each child before it runs the
 * program, so no child keeps another one's pipe open.
 */
final class EpollPipeTransport implements PipeTransport {

    private static final int READ = 0;
    private static final int WRITE = 1;

    /** Whether an event loop can watch pipes. */
    static boolean supports(EventLoop eventLoop) {
        // Epoll first: it loads the native library, without which FileDescriptor.pipe() throws UnsatisfiedLinkError.
        return Epoll.isAvailable() && eventLoop instanceof IoEventLoop loop && loop.isCompatible(EpollIoHandle.class);
    }

    @Override
    public Started start(ProcessBuilder builder) throws IOException {
        List<FileDescriptor> ourEnds = new ArrayList<>();
        List<FileDescriptor> childEnds = new ArrayList<>();
        boolean started = false;
        try {
            FileDescriptor stdin = pipe(ourEnds, WRITE, childEnds, READ);
            FileDescriptor stdout = pipe(ourEnds, READ, childEnds, WRITE);
            FileDescriptor stderr = pipe(ourEnds, READ, childEnds, WRITE);
            builder.redirectInput(fileOf(childEnds.get(0)));
            builder.redirectOutput(fileOf(childEnds.get(1)));
            builder.redirectError(fileOf(childEnds.get(2)));
            Process process = builder.start();
            started = true;
            return new EpollChild(
                    process, new EpollPipeSink(stdin), new EpollLineSource(stdout), new EpollLineSource(stderr));
        } finally {
            // Immediately: while the JVM has a copy of the child's end open, the child's death does not cause EPIPE or
            // end of stream.
            close(childEnds);
            if (!started) {
                close(ourEnds);
            }
        }
    }

    private static FileDescriptor pipe(List<FileDescriptor> ourEnds, int our, List<FileDescriptor> childEnds, int child)
            throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        ourEnds.add(ends[our]);
        childEnds.add(ends[child]);
        return ends[our];
    }

    private static File fileOf(FileDescriptor descriptor) {
        return new File("/proc/self/fd/" + descriptor.intValue());
    }

    private static void close(List<FileDescriptor> descriptors) throws IOException {
        for (FileDescriptor descriptor : descriptors) {
            descriptor.close();
        }
    }

    private record EpollChild(Process process, EpollPipeSink stdin, EpollLineSource stdout, EpollLineSource stderr)
            implements Started {

        @Override
        public void attach(EventLoop eventLoop) {
            IoEventLoop loop = (IoEventLoop) eventLoop;
            stdin.register(loop);
            stdout.register(loop);
            stderr.register(loop);
        }
    }
}
