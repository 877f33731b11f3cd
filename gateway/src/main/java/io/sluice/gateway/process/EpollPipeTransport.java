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
 * Pipes that an event loop's own epoll instance watches, made with Netty's public API.
 *
 * <p>The JVM's ends are non-blocking. The child's ends are opened anew through {@code /proc/self/fd}, which gives the child a description
 * of its own: a blocking one, as programs expect, although it is the same pipe. The pipes are not close-on-exec, which is harmless
 * because the JDK closes every descriptor above 2 in each child before it runs the program; so no child keeps another one's pipe open.
 */
final class EpollPipeTransport implements PipeTransport {

    private static final int READ = 0;
    private static final int WRITE = 1;

    static boolean serves(EventLoop eventLoop) {
        // Epoll comes first: it loads the native library without which FileDescriptor.pipe() is an
        // UnsatisfiedLinkError.
        return Epoll.isAvailable() && eventLoop instanceof IoEventLoop loop && loop.isCompatible(EpollIoHandle.class);
    }

    @Override
    public Started start(ProcessBuilder builder) throws IOException {
        List<FileDescriptor> ours = new ArrayList<>();
        List<FileDescriptor> childs = new ArrayList<>();
        boolean started = false;
        try {
            FileDescriptor stdin = pipe(ours, WRITE, childs, READ);
            FileDescriptor stdout = pipe(ours, READ, childs, WRITE);
            FileDescriptor stderr = pipe(ours, READ, childs, WRITE);
            builder.redirectInput(fileOf(childs.get(0)));
            builder.redirectOutput(fileOf(childs.get(1)));
            builder.redirectError(fileOf(childs.get(2)));
            Process process = builder.start();
            started = true;
            return new EpollChild(
                    process, new EpollPipeSink(stdin), new EpollLineSource(stdout), new EpollLineSource(stderr));
        } finally {
            // At once: as long as the JVM holds a copy of the child's end, the child's death is not seen as EPIPE or
            // end of stream.
            close(childs);
            if (!started) {
                close(ours);
            }
        }
    }

    private static FileDescriptor pipe(List<FileDescriptor> ours, int our, List<FileDescriptor> childs, int child)
            throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        ours.add(ends[our]);
        childs.add(ends[child]);
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
