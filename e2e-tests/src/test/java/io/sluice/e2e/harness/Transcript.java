package io.sluice.e2e.harness;

import io.sluice.e2e.wire.Incoming;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.Result;
import io.sluice.protocol.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the gateway said to one client, with the time of each; filled by the client's reading thread. */
public final class Transcript {

    private static final ControlCodec CODEC = new ControlCodec();

    /**
     * One thing that was said.
     *
     * @param atNanos on the clock of {@link System#nanoTime()}
     * @param said a {@link ServerMessage}, or what else came in
     */
    public record Line(long atNanos, Object said) {}

    private final List<Line> lines = new ArrayList<>();

    synchronized void hear(Incoming incoming) {
        Object said = incoming instanceof Incoming.Text text ? message(text.text()) : incoming;
        lines.add(new Line(System.nanoTime(), said));
        notifyAll();
    }

    private static Object message(String text) {
        Result<ServerMessage> parsed = CODEC.decodeServerMessage(text);
        return parsed.<Object>fold(message -> message, failure -> "not in the protocol: " + text);
    }

    public Opened awaitOpened(Duration limit) {
        return await(Opened.class, limit, opened -> true);
    }

    public Progress awaitProgress(Duration limit, Predicate<Progress> isWanted) {
        return await(Progress.class, limit, isWanted);
    }

    public Ended awaitEnded(Duration limit) {
        return await(Ended.class, limit, ended -> true);
    }

    public Failed awaitFailed(Duration limit) {
        return await(Failed.class, limit, failed -> true);
    }

    public Incoming.Close awaitClose(Duration limit) {
        return await(Incoming.Close.class, limit, close -> true);
    }

    public Incoming.Gone awaitGone(Duration limit) {
        return await(Incoming.Gone.class, limit, gone -> true);
    }

    /** Waits for the first of a kind that fits; the connection's end makes further waiting useless. */
    public synchronized <T> T await(Class<T> kind, Duration limit, Predicate<? super T> isWanted) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            for (Line line : lines) {
                if (kind.isInstance(line.said()) && isWanted.test(kind.cast(line.said()))) {
                    return kind.cast(line.said());
                }
            }
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            boolean isOver = !lines.isEmpty() && lines.get(lines.size() - 1).said() instanceof Incoming.Gone;
            if (leftMillis <= 0 || isOver) {
                throw new AssertionError(
                        "no " + kind.getSimpleName() + " within " + limit + "; the gateway said: " + this);
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
    }

    /** All so far, in order. */
    synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    /** All of a kind so far, in order. */
    public synchronized <T> List<T> all(Class<T> kind) {
        return lines.stream()
                .map(Line::said)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** When each of a kind came, on the clock of {@link System#nanoTime()}. */
    public synchronized List<Long> timesOf(Class<?> kind) {
        return lines.stream()
                .filter(line -> kind.isInstance(line.said()))
                .map(Line::atNanos)
                .toList();
    }

    /** Everything but progress, which would fill the page. */
    @Override
    public synchronized String toString() {
        return lines.stream()
                .map(Line::said)
                .filter(said -> !(said instanceof Progress))
                .map(Object::toString)
                .collect(Collectors.joining("; ", all(Progress.class).size() + " times progress, and ", "."));
    }
}
